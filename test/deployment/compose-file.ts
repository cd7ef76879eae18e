import { parse } from 'yaml';
import { fileText } from './repository';

export const COMPOSE = fileText('docker-compose.yml');

/** The services that are nodes. */
export const NODES = ['chat-1', 'chat-2'];

/** What README has the operator make, each of letters and digits. */
export const SECRETS = [
  'POSTGRES_PASSWORD',
  'REDIS_PASSWORD',
  'JWT_SECRET',
  'SERVICE_TOKEN',
  'KAHA_SERVICE_TOKEN',
];

/** As README has it. */
export const ENVIRONMENT = Object.fromEntries(
  SECRETS.map((name) => [name, name.toLowerCase().padEnd(64, '0')]),
);

/** As much of a Compose file as the tests look at. */
export interface ComposeFile {
  readonly services: Readonly<Record<string, ComposeService>>;
  readonly networks: Readonly<Record<string, ComposeNetwork>>;
}

export interface ComposeService {
  readonly image?: string;
  readonly build?: { readonly context: string; readonly target: string };
  readonly user?: string;
  readonly command?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
  readonly networks?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
  readonly restart?: string;
  readonly stop_grace_period?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: readonly string[];
  readonly security_opt?: readonly string[];
  readonly mem_limit?: string;
  readonly pids_limit?: number;
}

interface ComposeNetwork {
  readonly internal?: boolean;
  readonly ipam?: { readonly config: readonly { readonly subnet: string }[] };
}

/** A variable of the environment as a Compose file asks for it. */
export interface Asked {
  readonly name: string;
  /** What Compose says, and stops, where it is not set. */
  readonly required: string | undefined;
  readonly fallback: string | undefined;
}

const VARIABLE = /\$\{(\w+)(?::\?([^}]*)|:-([^}]*))?\}/g;

export function variablesOf(text: string): Asked[] {
  return [...text.matchAll(VARIABLE)].map(([, name = '', required, fallback]) => ({
    name,
    required,
    fallback,
  }));
}

/** The file as Compose reads it. @throws Error where a required variable is not set, as Compose would stop. */
export function composeFile(text: string, environment: Readonly<Record<string, string>>): ComposeFile {
  return parse(interpolated(text, environment), { merge: true }) as ComposeFile;
}

function interpolated(text: string, environment: Readonly<Record<string, string>>): string {
  return text.replace(VARIABLE, (_match, name: string, required?: string, fallback = '') => {
    const value = environment[name] || fallback;
    if (value === '' && required !== undefined) throw new Error(`${name}: ${required}`);
    return value;
  });
}
