/** The octets that mean something in serialized data. */
export const tag = {
  array: 97, // a
  boolean: 98, // b
  colon: 58,
  custom: 67, // C
  enum: 69, // E
  escapedString: 83, // S
  float: 100, // d
  integer: 105, // i
  null: 78, // N
  object: 79, // O
  one: 49,
  pipe: 124,
  reference: 82, // R
  sameObject: 114, // r
  semicolon: 59,
  string: 115, // s
  zero: 48,
} as const

/** So many objects that serialize themselves can be within one another; what is deeper is not looked into. */
export const maxCustomDepth = 16
