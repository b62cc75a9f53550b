/** How a passphrase is judged. Never the passphrase itself, and nothing that narrows it down. */
export interface Strength {
  readonly verdict: 'strong' | 'weak'
  readonly reason: string
}

/** Those that articles and manuals write, the one about mod_session among them; in lower case, without what stands behind a letter. */
const published: ReadonlySet<string> = new Set(
  [
    'secret mysecret topsecret mysecretpassphrase mystrongpassphrase mysecretkey mysecretpassword supersecret secretpassphrase',
    'secretpassword passphrase password mypassphrase mypassword changeme changethis changeit letmein default example sample test admin',
    'root session sessions sessionkey encryptionkey cryptokey qwerty qwertyuiop abcdefghijklmnop correcthorsebatterystaple',
  ].flatMap((line) => line.split(' ')),
)

/** Words that people build passphrases from, so that each counts as one choice and not as many letters. */
const words =
  /correct|horse|battery|staple|secret|strong|pass(?:word|phrase)?|key|my|the|super|session|crypto|apache|server|admin|user|web|site|shop|login|house|summer|winter|spring|autumn|love|dragon|monkey|master|tokyo|japan|sakura|change|me|this|that|test|demo|prod|dev|live|company|welcome|hello|world|qwerty|asdf|letmein/gi

/** An attacker who has one cookie tries some 2^40 passphrases a month on one machine: each costs him 4,096 rounds. */
const enoughBits = 70
const leastLength = 16

/** Judges a passphrase: by its length, by whether it has been published, and by how many choices were made for it. */
export function strengthOf(text: string): Strength {
  const bare = text.toLowerCase().replaceAll(/[^a-z]/g, '')
  if (published.has(bare))
    return { verdict: 'weak', reason: 'it stands in articles and manuals, where attackers look first' }
  if (text.length < leastLength)
    return {
      verdict: 'weak',
      reason: `it is short, under ${leastLength} characters, and who has one cookie can guess it offline`,
    }
  if (choices(text) < enoughBits)
    return {
      verdict: 'weak',
      reason: 'it is made of words, repetitions or sequences, and who has one cookie can guess it offline',
    }
  return { verdict: 'strong', reason: '' }
}

/** About how many bits a guesser has to try: a word of a list counts 10, the rest by the kinds of characters. */
function choices(text: string): number {
  let bits = 0
  const rest = text.replaceAll(words, () => {
    bits += 10
    return ' '
  })
  const kinds = [/[a-z]/, /[A-Z]/, /\d/, /[^a-zA-Z\d\s]/]
  const sizes = [26, 26, 10, 33]
  const alphabet = kinds.reduce((sum, kind, at) => sum + (kind.test(rest) ? (sizes[at] ?? 0) : 0), 1)
  return bits + surprising(rest.replaceAll(/\s+/g, '')) * Math.log2(alphabet)
}

/** How many characters do not follow from the one before them: neither the same nor the next one of a sequence. */
function surprising(text: string): number {
  const codes = Array.from(text, (character) => character.codePointAt(0) ?? 0)
  const fresh = codes.filter((code, at) => Math.abs(code - (codes[at - 1] ?? -10)) > 1)
  return Math.min(fresh.length, new Set(codes).size * 3)
}
