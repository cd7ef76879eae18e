import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import globals from 'globals';
import tseslint from 'typescript-eslint';

const ENVIRONMENT =
  'Only src/config reads the environment: add the variable to its schema and inject the slice.';

/** An exception to a rule carries its reason: `// eslint-disable-next-line some-rule -- the reason`. */
const reasonedDisable = {
  meta: { messages: { unexplained: 'Say why this rule does not apply here, after ` -- `.' } },
  create: ({ sourceCode, report }) => ({
    Program() {
      for (const { type, justification, node } of sourceCode.getDisableDirectives().directives) {
        // Reported just before the line: on it, the comment would switch this rule off as well.
        const loc = { line: node.loc.start.line, column: -1 };
        if (type !== 'enable' && justification === '') report({ loc, messageId: 'unexplained' });
      }
    },
  }),
};

export default defineConfig(
  globalIgnores(['dist/', 'coverage/', '.private/']),
  {
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    plugins: { house: { rules: { 'reasoned-disable': reasonedDisable } } },
    extends: [js.configs.recommended],
    rules: {
      eqeqeq: 'error',
      'prefer-const': 'error',
      'house/reasoned-disable': 'error',
    },
  },
  {
    files: ['**/*.{js,mjs,cjs}'],
    languageOptions: { globals: globals.node },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // Leaves files with decorators alone: there an import that looks like a type may be what Nest injects.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-properties': ['error', { object: 'process', property: 'env', message: ENVIRONMENT }],
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['**/*.spec.ts'],
    rules: { 'max-lines': ['error', { max: 300, skipBlankLines: true, skipComments: true }] },
  },
  { files: ['src/config/**/*.ts'], rules: { 'no-restricted-properties': 'off' } },
  { files: ['src/main.ts', 'src/migrate.ts', 'src/outbox-replay.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['test/**/*.ts', '**/*.spec.ts'],
    rules: {
      // The bodies of supertest and of socket acknowledgements are `any`; assertions check them.
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
    },
  },
);
