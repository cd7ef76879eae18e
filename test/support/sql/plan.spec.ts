import { toPlan } from './plan';
import { statementsIn } from './source-statements';
import { isCalled } from './sql-documents';

const COSTS = '(cost=0.42..8.44 rows=1 width=16)';

/** As auto_explain writes it: `*` for costs, `*3x2` for costs and 3 rows in each of 2 rounds, `*-` for never run. */
function explained(...lines: string[]): string {
  return lines
    .map((line) =>
      line.replace(/\*(?:([\d.]+)x(\d+)|(-)|$)/, (_all, rows?: string, loops?: string, never?: string) => {
        if (never !== undefined) return `  ${COSTS} (never executed)`;
        return rows === undefined ? `  ${COSTS}` : `  ${COSTS} (actual rows=${rows} loops=${loops})`;
      }),
    )
    .join('\n');
}

describe('a plan', () => {
  it('is told without what it took', () => {
    const plan = toPlan(
      explained(
        'Limit*5.00x1',
        '  ->  Index Scan using users_pkey on users u*5.00x1',
        '        Index Cond: (tenant_uuid = $1)',
        '        Filter: read_receipts',
        '        Rows Removed by Filter: 2',
        '        Index Searches: 1',
      ),
    );
    expect(plan).toEqual({
      text: [
        'Limit',
        '  ->  Index Scan using users_pkey on users u',
        '        Index Cond: (tenant_uuid = $1)',
        '        Filter: read_receipts',
      ].join('\n'),
      indexes: ['users_pkey'],
      readWhole: [],
      gathers: false,
      mostRows: 7,
    });
  });

  it('counts the rows of all rounds, those thrown away too', () => {
    const { mostRows } = toPlan(
      explained('Nested Loop*1.00x1', '  ->  Seq Scan on users*2.50x4', '        Rows Removed by Filter: 10'),
    );
    expect(mostRows).toBe(50);
  });

  it.each([
    ['Seq Scan on users*1x1', ['users']],
    ['Parallel Seq Scan on users u*1x1', ['users']],
    ['Index Scan using users_pkey on users*1x1', ['users_pkey']],
    ['Index Only Scan Backward using users_pkey on users*-', ['users_pkey']],
    ['Bitmap Index Scan on users_pkey*', ['users_pkey']],
    ['CTE Scan on page*1x1', []],
  ])('%s reads whole: %j', (step, readWhole) => {
    expect(toPlan(explained(step, '  Filter: (last_seen_at IS NULL)')).readWhole).toEqual(readWhole);
    expect(toPlan(explained(step, '  Index Cond: (user_uuid = $1)')).readWhole).toEqual(
      step.includes('Index') ? [] : readWhole,
    );
  });

  it('shows that it gathers rows to look one up among them', () => {
    expect(toPlan(explained('Result*', '  Filter: (ANY (a = (hashed SubPlan 2).col1))')).gathers).toBe(true);
  });

  it('is the same in any month, and however many partitions count today', () => {
    const inner = [
      '        SubPlan 1',
      '          ->  Index Scan using users_pkey on users*',
      '                Index Cond: a',
    ];
    const partition = (month: string, alias: string, ...more: string[]) => [
      `  ->  Index Scan using messages_${month}_seq on messages_${month} ${alias}*1x1`,
      `        Index Cond: (${alias}.seq > 1)`,
      ...more,
    ];
    const all = explained(
      'Append*',
      ...partition('2026_09', 'm_1', ...inner),
      ...partition('2026_10', 'm_2'),
    );
    const one = explained('Append*', '  Subplans Removed: 4', ...partition('2027_01', 'm_5', ...inner));
    expect(toPlan(one).text).toBe(toPlan(all).text);
    expect(toPlan(all).text).toBe(
      [
        'Append',
        '  ->  Index Scan using messages_<month>_seq on messages_<month> m',
        '        Index Cond: (m.seq > 1)',
        '        SubPlan 1',
        '          ->  Index Scan using users_pkey on users',
        '                Index Cond: a',
        '  (and so on, for each partition)',
      ].join('\n'),
    );
  });

  it('is another one where one partition is done otherwise', () => {
    const step = (by: string) => `  ->  Index Scan using messages_2026_10_${by} on messages_2026_10 m_1*`;
    const { text } = toPlan(explained('Append*', step('seq'), step('pkey')));
    expect(text).toContain('messages_<month>_seq');
    expect(text).toContain('messages_<month>_pkey');
  });
});

describe('the statements of a source', () => {
  const SOURCE = `
    /** Not this. */
    const other = { name: 'page', text: 'x' };
    /**
     * By its
     * primary key.
     */
    const PAGE: Statement = { name: 'inbox.page', text: \`SELECT \${columns}\` };
    const bare = (kind: string) => ({ name: \`receipts.mark_\${kind}\`, text: 'SELECT' });
    const named = { name: 'inbox.nothing' };`;

  it('are found with their comments, whatever is made up of parts', () => {
    expect(statementsIn('src/a.ts', SOURCE)).toEqual([
      { path: 'src/a.ts', name: 'inbox.page', comment: 'By its primary key.' },
      { path: 'src/a.ts', name: 'receipts.mark_*', comment: '' },
    ]);
  });

  it.each([
    ['receipts.mark_read', 'receipts.mark_*', true],
    ['receipts.mark_read', 'receipts.mark', false],
    ['receiptsXmark', 'receipts.mark', false],
  ])('are known by what they are called: %s by %s is %s', (name, inSource, is) => {
    expect(isCalled(name, inSource)).toBe(is);
  });
});
