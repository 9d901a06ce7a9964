export type { Uploadable, ByteSource } from './bytes/source.js'
export { bytesSource } from './bytes/source.js'
export { safeFileName } from './bytes/safe-file-name.js'
export type { Progress } from './bytes/progress.js'
export type { ClientRequestInit, Dhis2ClientOptions } from './client.js'
export { Dhis2Error, isDhis2Error } from './errors.js'
export type { Dhis2ErrorCode, Dhis2ErrorOptions, SerializedError, TimeoutClock } from './errors.js'
export type { FilesAccessor } from './files/accessor.js'
export type { AvatarFiles, AvatarOptions } from './files/avatars-accessor.js'
export type { WithFile } from './files/by-uid.js'
export type { MessageAttachment } from './files/conversations.js'
export type { DataValueQuery, ListedDataValue } from './files/data-value-list.js'
export type { DataValueFile, DataValueKey, UploadedDataValue } from './files/data-values.js'
export type { DataValueFiles } from './files/data-values-accessor.js'
export type {
  DownloadDocumentOptions,
  RenamedDocument,
  ReplacedDocument,
  ReplaceDocumentOptions,
  UploadDocumentOptions,
  UploadedDocument,
} from './files/document-files.js'
export type { ExternalDocumentChanges, ExternalDocumentOptions } from './files/documents.js'
export type { FileDownload, ReadOptions, SaveOptions } from './files/download.js'
export type { ExternalLink } from './files/external-link.js'
export type { DownloadFileResourceOptions, UploadFileResourceOptions } from './files/file-resources.js'
export type { CreateIconOptions, Icon, IconChanges, IconQuery } from './files/icons.js'
export type { IconFiles } from './files/icons-accessor.js'
export type { DownloadImageOptions } from './files/images.js'
export type { ListQuery, Page, Paged } from './files/list.js'
export type { MessageReply, MessageText, NewMessage, SendOptions, SentMessage } from './files/messages.js'
export type { MessageFiles } from './files/messages-accessor.js'
export type { OrgUnitImageFiles } from './files/org-unit-images-accessor.js'
export type { AttachOptions, FileChoice } from './files/provide-file.js'
export type { WaitOptions } from './files/storage.js'
export type { AttachToTrackedEntityOptions, TrackerFiles } from './files/tracker-accessor.js'
export type { AttachedFile } from './files/tracker-attach.js'
export type {
  DownloadAttributeOptions,
  DownloadTrackerOptions,
  NotModified,
  TrackerFile,
} from './files/tracker-download.js'
export type {
  EventFile,
  EventQuery,
  OrgUnitMode,
  TrackedEntityFile,
  TrackedEntityQuery,
  TrackerQuery,
} from './files/tracker-list.js'
export { createUid, isUid } from './files/uid.js'
export type { UploadOptions } from './files/upload.js'
export type { FileValueType } from './files/value-types.js'
export type { QueryValue, RequestOptions } from './http/call.js'
export type { Clock } from './http/clock.js'
export type { AccessTokenProvider, Auth } from './http/credentials.js'
export type { RetryOptions } from './http/retry.js'
export type { Timeouts } from './http/timeouts.js'
export type { Logger, Method, Middleware, RequestBody, Transport, TransportRequest } from './http/transport.js'
export type { Document } from './models/document.js'
export type {
  FileResource,
  FileResourceDomain,
  FileResourceOwner,
  FileResourceStorageStatus,
  ImageFileDimension,
} from './models/file-resource.js'
export type { Access, Identifiable, UserRef } from './models/identifiable.js'
export type { Pager } from './models/pager.js'
export type { Sharing, SharingAccess } from './models/sharing.js'
export type { Me, SystemInfo } from './models/system-info.js'
export type { ErrorReport, WebMessage } from './models/web-message.js'
export type { SavedFile } from './platform.js'
export type { SystemAccessor } from './system.js'
export type { ServerVersion, VersionTraits } from './versions.js'
