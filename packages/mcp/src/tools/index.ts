import type { Tool } from '../tool.js'
import { createExternalDocument } from './create-external-document.js'
import { deleteDocument } from './delete-document.js'
import { downloadDocument } from './download-document.js'
import { downloadMedia } from './download-media.js'
import { downloadResource } from './download-resource.js'
import { getDocument } from './get-document.js'
import { getResource } from './get-resource.js'
import { getServerInfo } from './get-server-info.js'
import { listDocuments } from './list-documents.js'
import { listMedia } from './list-media.js'
import { listProfiles } from './list-profiles.js'
import { listResources } from './list-resources.js'
import { renameDocument } from './rename-document.js'
import { replaceDocument } from './replace-document.js'
import { shareDocument } from './share-document.js'
import { showProfile } from './show-profile.js'
import { updateExternalDocument } from './update-external-document.js'
import { uploadDocument } from './upload-document.js'
import { uploadMedia } from './upload-media.js'
import { uploadResource } from './upload-resource.js'
import { verifyAllProfiles } from './verify-all-profiles.js'
import { verifyProfile } from './verify-profile.js'
import { waitForResource } from './wait-for-resource.js'

/** Every tool, in the order in which they are listed. */
export const TOOLS: readonly Tool[] = [
  listDocuments,
  getDocument,
  downloadDocument,
  uploadDocument,
  createExternalDocument,
  updateExternalDocument,
  renameDocument,
  replaceDocument,
  shareDocument,
  deleteDocument,
  listResources,
  getResource,
  downloadResource,
  uploadResource,
  waitForResource,
  listMedia,
  downloadMedia,
  uploadMedia,
  listProfiles,
  showProfile,
  verifyProfile,
  verifyAllProfiles,
  getServerInfo,
]
