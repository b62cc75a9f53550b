import { type Examination, examine, type ExamineOptions } from '../examine.ts'
import { untilAborted } from '../until-aborted.ts'
import { moduleChecks } from './checks.ts'
import { ModulePatient } from './patient.ts'

/** Which module is examined, and how. */
export interface DoctorModuleOptions extends ExamineOptions {
  /** Absolute. */
  readonly file: string
  /** Milliseconds since 1970 (default: `Date.now`). */
  now?(): number
}

/** Examines a module that exports definitions of sessions, stores or key rings. Its code runs; what is played in it is ended. */
export async function doctorModule(options: DoctorModuleOptions): Promise<Examination> {
  // The code of a module may wait for what never comes.
  const patient = await untilAborted(ModulePatient.load(options.file, options.now), options.signal)
  try {
    return await examine(moduleChecks, patient, options)
  } finally {
    await patient.close()
  }
}
