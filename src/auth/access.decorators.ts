import { type CustomDecorator, SetMetadata } from '@nestjs/common';

/** Who is let in. One value, so that a handler's own word replaces that of its controller. */
export type Access = 'user' | 'service' | 'public';

export const ACCESS = 'auth:access';

/** Open to everybody: no token is asked for, none is looked at. */
export function Public(): CustomDecorator {
  return SetMetadata(ACCESS, 'public' satisfies Access);
}

/** For other services of the house, by service token. A user's token does not open it. */
export function ServiceOnly(): CustomDecorator {
  return SetMetadata(ACCESS, 'service' satisfies Access);
}
