import { once } from 'node:events'
import { createServer } from 'node:net'
import { listenPlace } from '../../server/listen-failure.ts'
import { addressText, type ListenPlan, listenPlans } from '../../server/listen-plan.ts'
import { runningGateways } from '../../server/running-record.ts'
import type { Check, Sight } from '../check.ts'
import { advice, type Advice } from '../finding.ts'
import { asRoot, quoted } from '../mend/shell.ts'
import { holderOf } from '../site/port-holder-node.ts'
import { ownerName } from '../site/ground-node.ts'
import type { SitePatient } from '../site/patient.ts'

/** Can the gateway listen where it is to listen, or does it already? */
export const portsCheck: Check<SitePatient> = {
  name: 'ports',
  asks: 'Is each address of Listen free, or held by this very site, and may the gateway listen there?',
  needs: ['configuration'],
  looks: (patient) =>
    listenPlans(patient.config.site).plans.map((plan) => ({
      about: { key: plan.key, name: addressText(plan) },
      run: () => look(plan, patient),
    })),
}

async function look(plan: ListenPlan, patient: SitePatient): Promise<Sight> {
  const code = await bindFailure(plan)
  const address = addressText(plan)
  if (code === undefined) return { details: [`${address} is free`] }
  if (code === 'EADDRINUSE') return held(plan, patient)
  return { findings: [{ ...refused(code, address), ...listenPlace(patient.config) }] }
}

/** Taken and given back at once. */
async function bindFailure({ host, port }: ListenPlan): Promise<string | undefined> {
  const server = createServer()
  try {
    server.listen({ port, ...(host !== undefined && { host }), exclusive: true })
    await once(server, 'listening')
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown error'
  }
  server.close()
  await once(server, 'close')
  return undefined
}

function held(plan: ListenPlan, { file, stateDirectory, config }: SitePatient): Sight {
  const address = addressText(plan)
  const holder = holderOf(plan.port)
  const own = runningGateways(stateDirectory).find((gateway) => gateway.file === file)
  if (own !== undefined && (holder === undefined || [holder.pid, holder.parent].includes(own.pid)))
    return { details: [`${address} is held by the gateway that serves this site, process ${own.pid}`] }
  const who = holder === undefined ? 'another program' : `${holder.name}, process ${holder.pid},`
  const message = `could not bind to address ${address}: ${who} listens there`
  const fix = 'end the program that listens there, or choose another port'
  const command = asRoot(holder === undefined ? `ss -ltnp 'sport = :${plan.port}'` : `kill ${holder.pid}`)
  return { findings: [advice('error', 'port-taken', message, { ...listenPlace(config), fix, command })] }
}

function refused(code: string, address: string): Advice {
  if (code === 'EACCES')
    return advice('error', 'permission-denied', `Permission denied: ${ownerName()} may not listen at ${address}`, {
      fix: 'choose a port above 1023, or give the service CAP_NET_BIND_SERVICE, as the unit of systemd does',
      command: asRoot(`setcap cap_net_bind_service=+ep ${quoted(process.execPath)}`),
    })
  const fix = 'write an address that this machine has; ip address shows them'
  return advice('error', 'port-taken', `could not bind to address ${address}: ${code}`, { fix })
}
