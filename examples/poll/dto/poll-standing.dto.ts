import { ApiProperty } from '@nestjs/swagger';

export class PollOptionDto {
  @ApiProperty()
  text: string;

  @ApiProperty({ type: 'integer' })
  votes: number;
}

export class PollStandingDto {
  @ApiProperty({ format: 'uuid' })
  pollId: string;

  @ApiProperty()
  question: string;

  @ApiProperty({ type: () => [PollOptionDto], description: 'In the order of the poll' })
  options: PollOptionDto[];

  @ApiProperty({ type: 'integer', description: 'People who have voted' })
  voters: number;

  @ApiProperty({ description: 'Whether its time is over' })
  closed: boolean;
}
