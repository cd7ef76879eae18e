/** Addresses that run something, or lead where no page should. */
export const SCHEMES = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\nscript:alert(1)',
  'java\tscript:alert(1)',
]
  .concat([
    '\x01javascript:alert(1)',
    'javascript://%0aalert(1)',
    'javascript://https://a.example/%0aalert(1)',
  ])
  .concat([
    'vbscript:msgbox(1)',
    'data:text/html,<script>alert(1)</script>',
    'data:text/html;base64,PHNjcmlwdD4=',
  ])
  .concat([
    'file:///etc/passwd',
    'ftp://a.example/',
    'blob:https://a.example/1',
    'view-source:https://a.example',
  ])
  .concat(['feed:javascript:alert(1)', 'jar:https://a.example!/', 'mhtml:https://a.example', 'about:blank']);

/** What runs where it is taken for markup. */
const CODES = [
  '<script>alert(1)</script>',
  '<ScRiPt>alert(1)</sCrIpT>',
  '<script src=//a.example/x.js></script>',
]
  .concat([
    '<img src=x onerror=alert(1)>',
    '<img src="x" onerror="alert(1)">',
    "<img src='x' onerror='alert(1)'>",
  ])
  .concat([
    '<img src=`x`onerror=alert(1)>',
    '<img/src/onerror=alert(1)>',
    '<svg onload=alert(1)>',
    '<svg/onload=a()>',
  ])
  .concat([
    '<svg><script>alert(1)</script></svg>',
    '<svg><animate onbegin=alert(1)>',
    '<math href=javascript:a()>x',
  ])
  .concat([
    '<iframe src=javascript:alert(1)>',
    '<iframe srcdoc="<script>a()</script>">',
    '<object data=x>',
    '<embed>',
  ])
  .concat([
    '<body onload=alert(1)>',
    '<details open ontoggle=alert(1)>',
    '<video><source onerror=alert(1)></video>',
  ])
  .concat([
    '<input autofocus onfocus=alert(1)>',
    '<form action=javascript:a()><input type=submit>',
    '<base href=//x>',
  ])
  .concat([
    '<meta http-equiv=refresh content="0;url=javascript:a()">',
    '<link rel=stylesheet href=//a.example/x.css>',
  ])
  .concat([
    '<style>@import "//a.example/x.css"</style>',
    '<div style="background:url(javascript:a())">',
    '<marquee>',
  ])
  .concat([
    '<a href="javascript:alert(1)">x</a>',
    '<a href=javascript:a()>x',
    '</a><script>a()</script>',
    '<b>bold</b>',
  ])
  .concat([
    '<!--<script>-->alert(1)',
    '<![CDATA[<script>a()</script>]]>',
    '<?xml version="1.0"?>',
    '<%=7*7%>',
  ])
  .concat([
    '&lt;script&gt;',
    '&#60;script&#62;',
    '&#x3c;script&#x3e;',
    '&amp;lt;',
    '&',
    '&&',
    '&amp',
    '&#39',
    '%3Cscript%3E',
  ])
  .concat([
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onclick='a()",
  ])
  .concat([
    '{{constructor.constructor("a()")()}}',
    '${alert(1)}',
    '[x](javascript:alert(1))',
    '![x](javascript:a())',
  ])
  .concat([
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<<script>alert(1)//<</script>',
    '<script',
    '>',
    '<',
    '`',
  ])
  .concat([
    '＜script＞alert(1)＜/script＞',
    '<\u0000script>',
    '<scr\u00adipt>',
    '<im\u200bg src=x>',
    '\u202etpircs<',
  ])
  .concat([
    '<template><img src=x onerror=a()></template>',
    '<noscript><p title="</noscript><img onerror=a()>">',
  ]);

/** Addresses that try to get out of the link made of them. */
const LINK_BREAKERS = ['https://a.example/"onmouseover="alert(1)', "https://a.example/'onmouseover='alert(1)"]
  .concat(['https://a.example/"><script>alert(1)</script>', 'https://a.example/<script>alert(1)</script>'])
  .concat([
    'https://a.example/`onclick=a()',
    'https://a.example/&quot;onclick=a()',
    'https://a.example/&#34;onclick=a()',
  ])
  .concat(['https://a.example" rel="opener', 'https://a.example/?a=1&b=2&lt=3', 'https://a.example/#"<\'>'])
  .concat([
    'https://https://javascript:alert(1)',
    'http://javascript:alert(1)',
    'http://a.example\u2028" onclick="a()',
  ])
  .concat([
    'http://[::1',
    'http://',
    'https://',
    'http://\\',
    'http://.',
    'http://\u0000',
    'http://%',
    'http:///',
  ])
  .concat([
    'http://a b',
    'http://a\tb',
    'http://a\u00a0"x',
    'http://user:pass@a.example/',
    'HTTPS://A.EXAMPLE/<',
  ])
  .concat(['xhttps://a.example/"', '<https://a.example/>', '"https://a.example/"', "('https://a.example/')"]);

export const HOSTILE_TEXTS: readonly string[] = [...SCHEMES, ...CODES, ...LINK_BREAKERS];
