/**
 * The part of PHP's wing that needs Node: sessions in files, and handlers of node:http and Express.
 *
 * @module
 */
export {
  files,
  fsExtFlock,
  koffiFlock,
  phpFileRows,
  programFlock,
  type FilesOptions,
  type Flock,
  type FsExt,
  type Koffi,
  type PhpFileRowsOptions,
} from './files-node.ts'
export {
  phpSessions,
  type PhpAdapterOptions,
  type PhpExpressOptions,
  type PhpHandler,
  type PhpNodeSessions,
} from './adapter/sessions-node.ts'
export { uploadOf } from './upload-progress/observe-node.ts'
export type { UploadProgress } from './upload-progress/progress.ts'
