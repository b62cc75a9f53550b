import express from 'express'
import type { Contender } from '../contract.ts'
import { overNode } from '../plain.ts'
import { expressApplication } from './express-parts.ts'

const answer = (): { body: string } => ({ body: '1' })

/** An Express application without a session. */
export const bareExpress: Contender = {
  name: 'bare Express',
  family: 'bare',
  role: 'bare',
  server: 'express',
  node: () => overNode({ create: answer, read: answer, write: answer }),
  application: () => expressApplication(express(), () => '1'),
}
