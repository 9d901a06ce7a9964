import type { Call, RequestOptions } from '../http/call.js'
import type { Clock } from '../http/clock.js'
import type { RetryOptions } from '../http/retry.js'
import type { Timeouts } from '../http/timeouts.js'
import type { Send } from '../http/transport.js'
import type { Me, SystemInfo } from '../models/system-info.js'
import type { Platform } from '../platform.js'
import type { ServerVersion } from '../versions.js'

/** What a surface gets from the client: one way to call, and what all surfaces ask about the server. */
export interface FilesContext {
  readonly call: Call
  readonly platform: Platform
  readonly clock: Clock
  /** The client's own policy, for what is repeated above a single request. */
  readonly retry: RetryOptions | false
  /** The server's `max.file_upload_size`, in bytes, as the caller gave it. */
  readonly maxFileUploadSize: number | undefined
  /** The client's own clocks. */
  readonly timeouts: Timeouts
  /** Sends without any credentials, to wherever, and without clocks. */
  readonly bareTransport: Send
  version(options?: RequestOptions): Promise<ServerVersion>
  me(options?: RequestOptions): Promise<Me>
  systemInfo(options?: RequestOptions): Promise<SystemInfo>
}

/** The options that every request of a method shares, without the method's own. */
export function requestOptions(options: RequestOptions): RequestOptions {
  const { signal, timeouts, retry, headers } = options
  return { signal, timeouts, retry, headers }
}
