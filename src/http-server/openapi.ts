import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { SERVICE_SCHEME } from '../auth';
import { VERSION } from '../common/version';
import { DOCS_CONTENT_SECURITY_POLICY } from './security-headers';

/** The REST contract as the code has it. */
export function openApiDocument(app: NestFastifyApplication): OpenAPIObject {
  const info = new DocumentBuilder()
    .setTitle('chat-backend')
    .setDescription('Conversations and messages over REST. Live events come by Socket.IO.')
    .setVersion(VERSION)
    .addBearerAuth({ type: 'http', scheme: 'bearer', bearerFormat: 'JWT' })
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'A service token' }, SERVICE_SCHEME)
    .build();
  return SwaggerModule.createDocument(app, info);
}

/** `/docs` and `/docs-json`. */
export function serveOpenApi(app: NestFastifyApplication): void {
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onSend', (request, reply, _payload, done) => {
      if (request.url.startsWith('/docs'))
        void reply.header('content-security-policy', DOCS_CONTENT_SECURITY_POLICY);
      done();
    });
  SwaggerModule.setup('docs', app, () => openApiDocument(app), {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
  });
}
