import { ApiProperty } from '@nestjs/swagger';
import { IsText } from '../../common/validation';

/** What a header may have is enough for any token. */
const MAX_TOKEN_LENGTH = 16 * 1024;

/** `refresh_token`: the token that takes the place of the one the socket was opened with. */
export class RefreshTokenEventDto {
  @ApiProperty({ minLength: 1, maxLength: MAX_TOKEN_LENGTH, description: 'A JWT of the same person' })
  @IsText(1, MAX_TOKEN_LENGTH)
  token: string;
}
