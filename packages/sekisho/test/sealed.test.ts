/**
 * Sessions whose data is sealed in the cookie. One file per theme; importing it defines its tests.
 *
 * @module
 */
import './sealed/seals.ts'
import './sealed/lifetimes.ts'
import './sealed/logins.ts'
import './sealed/revocations.ts'
import './sealed/sizes.ts'
import './sealed/data.ts'
import './sealed/secrecy.ts'
import './sealed/adapters.ts'
