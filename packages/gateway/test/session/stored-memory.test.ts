import { storedSuite } from './stored-suite.ts'

storedSuite(() => ({ directives: 'SessionStore memory' }))
