import { resolve } from 'node:path'
import { loadConfig } from '../../config/load-node.ts'
import type { Source } from '../../config/source.ts'
import { defaultDirectory } from '../../session/state-node.ts'
import { type Examination, examine, type ExamineOptions } from '../examine.ts'
import { siteChecks } from '../site-checks.ts'
import { SitePatient } from './patient.ts'

/** Which site is examined, and how. */
export interface DoctorSiteOptions extends ExamineOptions {
  /** The configuration file. */
  readonly file: string
  /** Where the gateway keeps its own files (default: that of the system). */
  readonly stateDirectory?: string
  /** Takes directives that nobody knows for warnings (default false). */
  readonly lenient?: boolean
  /** Names that `<IfDefine>` finds (default none). */
  readonly defines?: readonly string[]
  /** Milliseconds since 1970 (default: `Date.now`). */
  now?(): number
}

/** What came of it, and the files that findings point into. */
export interface ExaminedSite {
  readonly examination: Examination
  readonly sources: ReadonlyMap<string, Source>
}

/** Examines a site. Nothing is changed: not its files, not its stores, not the gateway that may serve it. */
export async function doctorSite(options: DoctorSiteOptions): Promise<ExaminedSite> {
  const { lenient = false, defines = [], now } = options
  const file = resolve(options.file)
  const load = { lenient, defines }
  const config = loadConfig(file, load)
  const stateDirectory = options.stateDirectory ?? defaultDirectory(process.env)
  const patient = new SitePatient({ file, config, load, stateDirectory, ...(now && { now }) })
  try {
    return { examination: await examine(siteChecks, patient, options), sources: config.sources }
  } finally {
    await patient.close()
  }
}
