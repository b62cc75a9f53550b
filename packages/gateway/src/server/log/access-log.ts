import type { AccessLog as AccessLogLine } from '../../config/directives/logs.ts'
import { holds } from '../../config/expression/evaluate.ts'
import type { ExpressionRequest } from '../../config/expression/vocabulary.ts'
import { knownLogFormats, logFormat } from '../../config/log-format.ts'
import { lineWriter, type LoggedRequest } from './access-format.ts'
import type { LogFile } from './log-file.ts'

/** Writes requests that were answered. */
export type WriteAccess = (request: LoggedRequest & ExpressionRequest) => void

/**
 * Prepares what CustomLog says.
 *
 * @param formats What LogFormat says; the format without a name is under the empty one.
 * @param file Gives the file of a path.
 * @returns Undefined where nothing is logged.
 */
export function accessLogs(
  lines: readonly AccessLogLine[],
  formats: ReadonlyMap<string, string>,
  file: (path: string) => LogFile,
): WriteAccess | undefined {
  const writers = lines.map((line) => writerOf(line, formats, file(line.path)))
  if (writers.length === 0) return undefined
  return (request) => {
    for (const write of writers) write(request)
  }
}

function writerOf({ format, only }: AccessLogLine, formats: ReadonlyMap<string, string>, file: LogFile): WriteAccess {
  const compose = lineWriter(partsOf(format, formats))
  const write: WriteAccess = (request) => file.write(compose(request))
  if (only === undefined) return write
  if ('condition' in only)
    return (request) => {
      if (holds(only.condition, request)) write(request)
    }
  const negated = only.environment.startsWith('!')
  const name = only.environment.slice(negated ? 1 : 0)
  return (request) => {
    if ((request.environment(name) === undefined) === negated) write(request)
  }
}

/** A nickname that nobody defined stands for itself, as in the real server. */
function partsOf(
  format: string | undefined,
  formats: ReadonlyMap<string, string>,
): ReturnType<typeof logFormat> & object {
  const name = format ?? ''
  const text = formats.get(name) ?? knownLogFormats.get(name === '' ? 'common' : name) ?? name
  const parts = logFormat(text)
  return typeof parts === 'string' ? [text] : parts
}
