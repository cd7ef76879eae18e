import { applyDecorators, type CustomDecorator, SetMetadata } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader } from '@nestjs/swagger';

/** Who is let in. One value, so that a handler's own word replaces that of its controller. */
export type Access = 'user' | 'service' | 'public';

export const ACCESS = 'auth:access';

/** The security scheme of service tokens in the OpenAPI document; that of users' tokens has the default name. */
export const SERVICE_SCHEME = 'service';

/** Open to everybody: no token is asked for, none is looked at. */
export function Public(): CustomDecorator {
  return SetMetadata(ACCESS, 'public' satisfies Access);
}

/** For other services of the house, by service token. A user's token does not open it. */
export function ServiceOnly(): ClassDecorator & MethodDecorator {
  return applyDecorators(
    SetMetadata(ACCESS, 'service' satisfies Access),
    ApiBearerAuth(SERVICE_SCHEME),
    ApiHeader({
      name: 'X-Tenant-Id',
      required: false,
      description: 'The tenant it is about; default the nil UUID',
      schema: { type: 'string', format: 'uuid' },
    }),
  );
}
