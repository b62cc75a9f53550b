#!/usr/bin/env node
import { run } from './command/program.ts'

process.exit(await run(process.argv.slice(2)))
