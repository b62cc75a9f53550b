// The one door to the platform's cryptography. Node's synchronous `node:crypto` also exists on Bun, Deno and workerd
// (nodejs_compat), and is an order of magnitude cheaper per request than WebCrypto's promises: docs/decisions/002.
export {
  createCipheriv,
  createDecipheriv,
  createHmac,
  createSecretKey,
  hash,
  hkdfSync,
  randomBytes,
  randomFillSync,
  timingSafeEqual,
  type KeyObject,
} from 'node:crypto'
