/** What its decorators noted down. The package has no other way to ask for it, and no types for this one. */
declare module 'class-transformer/cjs/storage' {
  export { defaultMetadataStorage } from 'class-transformer/types/storage';
}
