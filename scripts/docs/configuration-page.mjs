import { built } from './built.mjs';

const HEAD = `\
<!-- Generated from src/config/config.schema.ts by npm run docs:write: change it there. -->

# Configuration

The service is configured by environment variables alone. They are checked at start: when one is wrong the process prints one line that names it and what it must be, never its value, and exits with 1. White space around a value is ignored, and an empty value counts as not set.`;

/** `docs/configuration.md`: the reference of all variables. */
export function configurationPage() {
  const { SECTIONS } = built('src/config/config.schema');
  const { CONFIG_RULES } = built('src/config/config.rules');
  return [HEAD, rules(CONFIG_RULES), ...SECTIONS.map(section)].join('\n\n');
}

function rules(all) {
  return ['Between variables this must hold:', ...all.map(({ demands }) => `- ${demands}`)].join('\n');
}

function section({ title, variables }) {
  const rows = Object.entries(variables).map(([name, variable]) =>
    row([`\`${name}\``, variable.expects, whenNotSet(variable), variable.doc]),
  );
  return [
    `## ${title}\n`,
    row(['Variable', 'Must be', 'When not set', 'What it does']),
    row(Array(4).fill('---')),
    ...rows,
  ].join('\n');
}

function whenNotSet({ fallback }) {
  if (fallback === undefined) return '**required**';
  return fallback.shown === '' ? '—' : fallback.shown;
}

function row(cells) {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
