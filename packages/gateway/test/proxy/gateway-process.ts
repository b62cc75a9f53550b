/**
 * A gateway in a process of its own, whose memory nobody else uses. Tells its port, and its largest size in bytes when asked.
 *
 * @module
 */
import { Gateway } from './gateway.ts'

const gateway = await Gateway.open(process.argv[2] ?? '')
process.on('message', () => process.send?.(process.resourceUsage().maxRSS * 1024))
process.send?.(gateway.port)
