import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Authority, KeyPair } from './certificates.js'
import { freePorts, type Program, startProgram, temporaryFolder } from './programs.js'

/** nginx before a DHIS2 under /dhis, on several ports. */
export interface Nginx extends Program {
  /** Base URLs. */
  readonly urls: {
    /** HTTPS, of any size. */
    readonly large: string
    /** HTTPS, with `client_max_body_size 1m`. */
    readonly small: string
    /** HTTPS, with the certificate of another host. */
    readonly misnamed: string
    /** HTTP, which redirects to `large`. */
    readonly redirecting: string
    /** HTTP, asked of the port where `large` speaks HTTPS. */
    readonly plain: string
  }
  readonly ports: Record<'large' | 'small' | 'misnamed' | 'redirecting', number>
}

/** @param upstream Port of the DHIS2. */
export async function startNginx(upstream: number, { own, other }: Authority): Promise<Nginx> {
  const folder = await temporaryFolder('nginx')
  const ports = await freePorts('large', 'small', 'misnamed', 'redirecting')
  const server = (port: number, { key, certificate }: KeyPair, more = ''): string => `
    server {
      listen 127.0.0.1:${port} ssl;
      ssl_certificate ${certificate};
      ssl_certificate_key ${key};
      ${more}
      location /dhis/ { proxy_pass http://127.0.0.1:${upstream}; }
    }`
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${path.join(folder, name)};`,
  )
  const config = `
  ${process.getuid?.() === 0 ? 'user root;' : ''}
  daemon off;
  worker_processes 1;
  pid ${path.join(folder, 'pid')};
  error_log ${path.join(folder, 'error.log')};
  events { worker_connections 512; }
  http {
    access_log off;
    ${folders.join(' ')}
    client_max_body_size 0;
    proxy_http_version 1.1;
    proxy_set_header Host $http_host;
    proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
    proxy_set_header X-Forwarded-Host $http_host;
    proxy_set_header X-Forwarded-Proto $scheme;
    proxy_set_header X-Forwarded-Port $server_port;
    ${server(ports.large, own)}
    ${server(ports.small, own, 'client_max_body_size 1m;')}
    ${server(ports.misnamed, other)}
    server {
      listen 127.0.0.1:${ports.redirecting};
      return 301 https://127.0.0.1:${ports.large}$request_uri;
    }
  }`
  await writeFile(path.join(folder, 'nginx.conf'), config)
  const program = await startProgram(
    'nginx',
    ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-e', path.join(folder, 'error.log')],
    { folder, ports: Object.values(ports) },
  )
  const at = (protocol: string, port: number): string => `${protocol}://127.0.0.1:${port}/dhis`
  return {
    ...program,
    ports,
    urls: {
      large: at('https', ports.large),
      small: at('https', ports.small),
      misnamed: at('https', ports.misnamed),
      redirecting: at('http', ports.redirecting),
      plain: at('http', ports.large),
    },
  }
}
