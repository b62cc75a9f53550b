import { anywhere, servers } from '../contexts.ts'
import { type Directive, single } from '../directive.ts'
import { oneOf, wholeNumber } from '../readers.ts'

export const Timeout: Directive<number> = number('Timeout', 60, 'seconds', 'How long a connection may stand still.')
export const LimitRequestLine: Directive<number> = number(
  'LimitRequestLine',
  8190,
  'bytes',
  'The longest request line that is read.',
)
export const LimitRequestFieldSize: Directive<number> = number(
  'LimitRequestFieldSize',
  8190,
  'bytes',
  'The longest header field that is read.',
)
export const LimitRequestFields: Directive<number> = number(
  'LimitRequestFields',
  100,
  'fields',
  'How many header fields a request may have; 0 for any number.',
)

export const LimitRequestBody: Directive<number> = single({
  name: 'LimitRequestBody',
  contexts: anywhere('any'),
  takes: 'TAKE1',
  syntax: 'bytes',
  read: wholeNumber({ unit: 'bytes', most: Number.MAX_SAFE_INTEGER }),
  initial: 1_073_741_824,
  help: 'The largest body that is passed on; 0 for any size.',
})

export const KeepAlive: Directive<boolean> = single<boolean>({
  name: 'KeepAlive',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'On|Off',
  read: (use) => {
    const word = oneOf(['On', 'Off'])(use)
    return word === undefined ? undefined : word === 'On'
  },
  initial: true,
  help: 'Whether a connection may carry several requests.',
})

export const KeepAliveTimeout: Directive<number> = single({
  name: 'KeepAliveTimeout',
  contexts: servers,
  takes: 'TAKE1',
  syntax: 'seconds | milliseconds with ms',
  read(use) {
    const [word] = use.words
    const match = /^(\d{1,9})(ms)?$/.exec(word?.text ?? '')
    if (match !== null) return Number(match[1]) / (match[2] === undefined ? 1 : 1000)
    return use.fail(
      {
        code: 'bad-value',
        message: 'KeepAliveTimeout has wrong format',
        expected: 'seconds, or milliseconds with ms',
        found: word?.text ?? '',
      },
      word,
    )
  },
  initial: 5,
  help: 'How long a connection waits for its next request.',
})

export const MaxKeepAliveRequests: Directive<number> = number(
  'MaxKeepAliveRequests',
  100,
  'requests',
  'How many requests a connection may carry; 0 for any number.',
)

function number(name: string, initial: number, unit: string, help: string): Directive<number> {
  return single({ name, contexts: servers, takes: 'TAKE1', syntax: unit, read: wholeNumber({ unit }), initial, help })
}
