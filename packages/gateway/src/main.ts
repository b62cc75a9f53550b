#!/usr/bin/env node
import { program } from './command/program.ts'

await program().parseAsync()
