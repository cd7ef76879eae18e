import { Injectable, Logger, type OnModuleInit } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { DependencyUnavailable } from '../../common/problem';
import { withinTime } from '../../common/time-limit';
import { MessageRefused } from '../message.errors';
import { type MessagePolicy, Policy, type PolicyVerdict, type ReviewedMessage } from './message-policy';

const POLICY_TIMEOUT_MS = 200;

/** All policies of this process, in their order. */
@Injectable()
export class MessagePolicies implements OnModuleInit {
  private readonly logger = new Logger(MessagePolicies.name);
  private policies: readonly MessagePolicy[] = [];

  constructor(private readonly discovery: DiscoveryService) {}

  onModuleInit(): void {
    this.policies = this.discovery
      .getProviders({ metadataKey: Policy.KEY })
      .map(({ instance }) => instance as MessagePolicy)
      .sort((one, other) => one.order - other.order);
  }

  get isEmpty(): boolean {
    return this.policies.length === 0;
  }

  /**
   * @returns the content to store.
   * @throws MessageRefused, or DependencyUnavailable when a policy failed that must not be gone without.
   */
  async review(message: ReviewedMessage): Promise<string> {
    let reviewed = message;
    for (const policy of this.policies) {
      const answer = await this.ask(policy, reviewed);
      if (answer.verdict === 'refuse') throw new MessageRefused(answer.reason);
      if (answer.verdict === 'rewrite') reviewed = { ...reviewed, content: answer.content };
    }
    return reviewed.content;
  }

  private async ask(policy: MessagePolicy, message: ReviewedMessage): Promise<PolicyVerdict> {
    try {
      const review = Promise.resolve(policy.review(message));
      const answer = await withinTime(POLICY_TIMEOUT_MS, 'the verdict', review);
      if (!isVerdict(answer)) throw new Error('this is no verdict');
      return answer;
    } catch (err) {
      this.logger.warn({ msg: 'a policy failed', policy: policy.name, onFailure: policy.onFailure, err });
      if (policy.onFailure === 'allow') return { verdict: 'allow' };
      throw new DependencyUnavailable(`policy ${policy.name}`, err);
    }
  }
}

/** A policy comes from elsewhere, compiled by whoever: what it says is believed, not that it says something. */
function isVerdict(answer: PolicyVerdict | undefined): answer is PolicyVerdict {
  if (answer?.verdict === 'rewrite') return typeof answer.content === 'string';
  return answer?.verdict === 'allow' || answer?.verdict === 'refuse';
}
