import { built } from './built.mjs';

const HEAD = `\
# A configuration for development on one machine. Copy it and fill in what is empty:
#   cp .env.example .env
#   node --env-file=.env dist/src/main.js
# A line with a # before its name shows what holds without it. docs/configuration.md says more.
# Generated from src/config/config.schema.ts by npm run docs:write: change it there.`;

/** `.env.example`: every variable in the order of the schema, ready to be filled in. */
export function envExample() {
  const { SECTIONS } = built('src/config/config.schema');
  return `${[HEAD, ...SECTIONS.map(section)].join('\n\n')}\n`;
}

function section({ title, variables }) {
  const entries = Object.entries(variables).map(([name, variable]) => entry(name, variable));
  return [`# ---- ${title} ----`, ...entries].join('\n\n');
}

function entry(name, variable) {
  return [
    ...wrapped(variable.doc),
    ...wrapped(`Must be ${variable.expects}.`),
    assignment(name, variable),
  ].join('\n');
}

function assignment(name, { example, fallback }) {
  if (example !== undefined) return `${name}=${example}`;
  if (fallback === undefined) return `${name}=`;
  return `#${name}=${fallback.value ?? ''}`;
}

function wrapped(text) {
  return text.match(/.{1,98}(?:\s|$)|\S+/g).map((line) => `# ${line.trimEnd()}`);
}
