/** What can be the name of a class; everything beyond ASCII can be in it. PHP lets a digit stand first here. */
const valid = /^[0-9A-Za-z_\x7f-\uffff][0-9A-Za-z_\\\x7f-\uffff]*$/

/** Classes of PHP itself of which no object can be serialized, in lower case. */
const refused: ReadonlySet<string> = new Set([
  'closure',
  'fiber',
  'generator',
  'internaliterator',
  'sensitiveparametervalue',
  'weakmap',
  'weakreference',
  'random\\engine\\secure',
  'splfileinfo',
  'splfileobject',
  'spltempfileobject',
  'directoryiterator',
  'filesystemiterator',
  'globiterator',
  'recursivedirectoryiterator',
])
const reflection = /^reflection(?!exception$)[a-z]+$/i

/** Whether `unserialize()` takes it for the name of a class or of an enumeration. */
export function isClassName(name: string): boolean {
  return valid.test(name)
}

/** Whether PHP throws where an object of this class is read or written, and so loses the session that has one. */
export function isRefusedClass(name: string): boolean {
  return refused.has(name.toLowerCase()) || reflection.test(name)
}
