/** Whether what is sent to this host stays on this machine. @param hostname As `URL` has it: IPv6 in brackets. */
export function isLoopbackHost(hostname: string): boolean {
  return ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}
