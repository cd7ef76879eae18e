// dependency-cruiser is an ES module, which Jest's registry can not load without a Node flag. So it runs in
// a process of its own: { directories, forbidden } on stdin, { files, violations } on stdout.
import { text } from 'node:stream/consumers';
import { cruise } from 'dependency-cruiser';

const { directories, forbidden } = JSON.parse(await text(process.stdin));
const { output } = await cruise(directories, {
  ruleSet: { forbidden },
  validate: true,
  // Type-only imports count: whoever reads the file has to follow them all the same.
  tsPreCompilationDeps: true,
  moduleSystems: ['es6', 'cjs'],
  doNotFollow: { path: 'node_modules' },
});
const violations = output.summary.violations.map(({ rule, from, to, cycle }) => ({
  rule: rule.name,
  path: [from, ...(cycle?.map((step) => step.name) ?? [to])],
}));
process.stdout.write(JSON.stringify({ files: output.modules.map((module) => module.source), violations }));
