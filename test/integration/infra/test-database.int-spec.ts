import { Client } from 'pg';
import { createTestDatabase, type TestDatabase } from '../../support/infra/test-database';

describe('createTestDatabase', () => {
  const made: TestDatabase[] = [];
  async function connectToNew(): Promise<Client> {
    const database = await createTestDatabase();
    made.push(database);
    const client = new Client({ connectionString: database.url });
    client.on('error', () => {}); // dropped with its database
    await client.connect();
    return client;
  }
  afterEach(() => Promise.all(made.splice(0).map((database) => database.drop())));

  it('gives each caller a database of its own, with the migrated schema', async () => {
    const [one, other] = await Promise.all([connectToNew(), connectToNew()]);
    await one.query('DROP TABLE messages CASCADE');
    await expect(one.query('SELECT FROM messages')).rejects.toThrow(/does not exist/);
    expect((await other.query('SELECT FROM messages')).rowCount).toBe(0);
  });

  it('drops a database that is still in use', async () => {
    const client = await connectToNew();
    const cut = new Promise((resolve) => client.once('end', resolve));
    await made.pop()?.drop();
    await cut;
  });
});
