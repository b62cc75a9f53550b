import fastify from 'fastify'
import type { Contender } from '../contract.ts'
import { fastifyApplication } from './fastify-parts.ts'

const bare = async (): ReturnType<typeof fastifyApplication> => fastifyApplication(fastify(), () => '1')

/** A Fastify application without a session. */
export const bareFastify: Contender = {
  name: 'bare Fastify',
  family: 'bare',
  role: 'bare',
  server: 'fastify',
  node: bare,
}
