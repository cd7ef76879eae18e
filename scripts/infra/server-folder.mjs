import { createHash } from 'node:crypto';
import { chmodSync, chownSync, lstatSync, mkdirSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { Failure } from '../run/failure.mjs';
import { inPrivate, projectFolder } from '../run/project.mjs';
import { serverAccount, serversCanReach } from './server-account.mjs';

const LINK = 'servers';

/**
 * The folder for what the servers of this working copy keep: `.private`, or, where their account can not get in
 * there (a clone under root's home, or in a folder made by `mktemp -d`), one of its own under `/var/tmp`, to which
 * `.private/servers` then leads.
 */
export function serverFolder() {
  const own = inPrivate();
  if (serverAccount === null || serversCanReach(own)) return own;
  const outside = `/var/tmp/chat-backend-${createHash('sha256').update(projectFolder).digest('hex').slice(0, 12)}`;
  if (linkedFolder() !== outside) {
    // Left by an earlier working copy of the same path. Its password went with its `.private`.
    rmSync(outside, { recursive: true, force: true });
    rmSync(inPrivate(LINK), { force: true });
    makeOwn(outside);
    symlinkSync(outside, inPrivate(LINK));
  }
  makeOwn(outside);
  return outside;
}

/** Makes a folder that belongs to the account the servers run as, and that nobody else can look into. */
export function makeServerOwned(folder) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (serverAccount !== null) chownSync(folder, serverAccount.uid, serverAccount.gid);
  return folder;
}

function linkedFolder() {
  try {
    return readlinkSync(inPrivate(LINK));
  } catch {
    return null;
  }
}

/** The name can be guessed and anybody may write to `/var/tmp`: what is there must be ours. */
function makeOwn(folder) {
  mkdirSync(folder, { recursive: true });
  const { uid } = lstatSync(folder);
  if (!lstatSync(folder).isDirectory() || uid !== process.getuid())
    throw new Failure(`${folder} is in the way: it belongs to somebody else. Remove it and try again.`);
  chmodSync(folder, 0o711);
}
