/**
 * Header fields in their order, as Node's raw headers: name, value, name, value. Names keep their spelling and are compared
 * without their case; the functions below take them in lower case.
 */
export type HeaderList = string[]

/** The first value of a field. */
export function fieldOf(list: readonly string[], name: string): string | undefined {
  const at = indexOf(list, name, 0)
  return at === -1 ? undefined : list[at + 1]
}

/** All values of a field. */
export function fieldsOf(list: readonly string[], name: string): string[] {
  const values: string[] = []
  for (let at = indexOf(list, name, 0); at !== -1; at = indexOf(list, name, at + 2)) values.push(list[at + 1] ?? '')
  return values
}

/** Takes a field away, however often it is there. */
export function removeField(list: HeaderList, name: string): void {
  for (let at = indexOf(list, name, 0); at !== -1; at = indexOf(list, name, at)) list.splice(at, 2)
}

/** Gives a field one value, in the place of its first. @param name In the spelling to send. */
export function setField(list: HeaderList, name: string, value: string): void {
  const lower = name.toLowerCase()
  const at = indexOf(list, lower, 0)
  if (at === -1) {
    list.push(name, value)
    return
  }
  list[at] = name
  list[at + 1] = value
  for (let next = indexOf(list, lower, at + 2); next !== -1; next = indexOf(list, lower, next)) list.splice(next, 2)
}

/** Adds to a comma-separated field. @param name In the spelling to send. */
export function appendToField(list: HeaderList, name: string, value: string): void {
  const at = indexOf(list, name.toLowerCase(), 0)
  if (at === -1) list.push(name, value)
  else list[at + 1] = `${list[at + 1] ?? ''}, ${value}`
}

/** The members of a comma-separated field, quoted texts kept whole. */
export function membersOf(value: string): string[] {
  return (value.match(/(?:"(?:\\.|[^"\\])*"|[^,"]|")+/g) ?? []).map((member) => member.trim()).filter(Boolean)
}

function indexOf(list: readonly string[], name: string, from: number): number {
  for (let at = from; at < list.length; at += 2) {
    const candidate = list[at] as string
    if (candidate.length === name.length && candidate.toLowerCase() === name) return at
  }
  return -1
}
