import { ApiProperty } from '@nestjs/swagger';
import { MessageDto } from '../../message-view';

export class MessagePageDto {
  @ApiProperty({ type: () => [MessageDto], description: 'Ascending by seq' })
  items: MessageDto[];

  @ApiProperty({ description: 'Whether there are more in the direction asked for' })
  hasMore: boolean;
}
