import express from 'express'
// @ts-expect-error -- it has no types of its own; those of Express 5 do here
import untypedExpress4 from 'express4'

const express4: typeof express = untypedExpress4

/** Express in both of the versions that the adapters are for. */
export const expressVersions: readonly (readonly [version: string, make: typeof express])[] = [
  ['4', express4],
  ['5', express],
]
