import { html, type Html } from './html.ts'

interface Picture {
  /** The ground that it stands on. */
  readonly tone: 'leaf' | 'ember' | 'straw' | 'sky' | 'plum'
  /** Drawn on 200 by 160. */
  readonly art: Html
}

/** The picture of a product. It says nothing that the name beside it does not say. */
export function picture(id: string): Html {
  const { tone, art } = pictures[id] ?? { tone: 'sky', art: html`` }
  return html`<svg class="picture ${tone}" viewBox="0 0 200 160" aria-hidden="true" focusable="false">
    <ellipse class="shade" cx="100" cy="139" rx="66" ry="7" />
    ${art}
  </svg>`
}

/** A bag of tea. */
function bag(colour: string, label: string, sign: Html): Html {
  return html`<path d="M66 34h68l6 98q-40 9-80 0z" fill="${colour}" />
    <path d="M66 34h68l1 14H65z" fill="#000" opacity=".16" />
    <path d="M70 22h60l4 14H66z" fill="${colour}" />
    <path d="M70 22h60l1 4H69z" fill="#fff" opacity=".25" />
    <rect x="80" y="58" width="40" height="58" rx="2" fill="#fbf7ea" />
    ${sign}
    <text class="kanji" x="100" y="108" font-size="19" text-anchor="middle" fill="#2c2a25">${label}</text>`
}

const pictures: Readonly<Record<string, Picture>> = {
  'sencha-hakone': {
    tone: 'leaf',
    art: html`${bag('#5d7f45', '茶', html`<path d="M84 86l12-20 6 9 4-5 10 16z" fill="#5d7f45" />`)}
      <path d="M148 136c-2-18 6-30 22-34 2 18-6 30-22 34z" fill="#6f9650" />
      <path d="M149 135c4-12 10-21 18-29" fill="none" stroke="#47672f" stroke-width="1.5" />
      <path d="M44 138c-10-10-10-22-2-32 10 10 10 22 2 32z" fill="#86aa62" />`,
  },
  'hojicha-usui': {
    tone: 'ember',
    art: html`${bag(
        '#8a5a3a',
        '焙',
        html`<path d="M100 63c8 8 11 12 11 17a11 9 0 0 1-22 0c0-4 2-6 5-9 0 3 1 4 3 5 1-5 0-9 3-13z" fill="#c2512f" />`,
      )} <path d="M38 136l18-8 2 4-17 8zM150 130l20 5-1 4-20-4zM160 139l14-6 1 3-12 6z" fill="#7a4d2f" />`,
  },
  'genmaicha-kiso': {
    tone: 'straw',
    art: html`${bag(
        '#b8963f',
        '玄',
        html`<g fill="#b8963f">
          <ellipse cx="92" cy="74" rx="3" ry="6" transform="rotate(-30 92 74)" />
          <ellipse cx="108" cy="74" rx="3" ry="6" transform="rotate(30 108 74)" />
          <ellipse cx="100" cy="69" rx="3" ry="6" />
          <ellipse cx="100" cy="82" rx="3" ry="6" />
        </g>`,
      )}
      <g fill="#f6efd8" stroke="#b8963f">
        <ellipse cx="44" cy="134" rx="7" ry="4" />
        <ellipse cx="56" cy="138" rx="7" ry="4" transform="rotate(20 56 138)" />
        <ellipse cx="156" cy="136" rx="7" ry="4" transform="rotate(-25 156 136)" />
        <circle cx="168" cy="133" r="5" />
      </g>`,
  },
  'matcha-arai': {
    tone: 'leaf',
    art: html`<path d="M48 50h62v80q-31 9-62 0z" fill="#2f4a35" />
      <ellipse cx="79" cy="50" rx="31" ry="8" fill="#3f6146" />
      <path d="M45 34h68v18q-34 9-68 0z" fill="#24392a" />
      <ellipse cx="79" cy="34" rx="34" ry="8" fill="#36543d" />
      <rect x="62" y="68" width="34" height="44" rx="2" fill="#fbf7ea" />
      <text class="kanji" x="79" y="86" font-size="15" text-anchor="middle" fill="#2f4a35">抹</text>
      <text class="kanji" x="79" y="104" font-size="15" text-anchor="middle" fill="#2f4a35">茶</text>
      <path d="M118 112q27 8 54 0-2 26-17 29h-20q-15-3-17-29z" fill="#3b3a38" />
      <ellipse cx="145" cy="112" rx="27" ry="7" fill="#2a2928" />
      <ellipse cx="145" cy="113" rx="22" ry="5" fill="#8db14a" />
      <path d="M128 111q16-5 30 1" fill="none" stroke="#bcd583" stroke-width="1.5" />`,
  },
  kyusu: {
    tone: 'ember',
    art: html`<path d="M58 100L24 62l11-8 34 26z" fill="#8f3d28" />
      <path d="M140 84l40-18 5 9-42 24z" fill="#8f3d28" />
      <ellipse cx="100" cy="100" rx="48" ry="37" fill="#a94c32" />
      <path d="M58 82q42-26 84 0-10 9-42 9T58 82z" fill="#8f3d28" />
      <path d="M64 78q36-20 72 0-12 6-36 6t-36-6z" fill="#bd5c3f" />
      <circle cx="100" cy="62" r="8" fill="#a94c32" />
      <path d="M60 104q6 22 28 28" fill="none" stroke="#d68566" stroke-width="3" stroke-linecap="round" />`,
  },
  yunomi: {
    tone: 'sky',
    art: html`<path d="M62 42h76l-7 88q-31 12-62 0z" fill="#f5f2ea" />
      <ellipse cx="100" cy="42" rx="38" ry="9" fill="#e3ddcf" />
      <ellipse cx="100" cy="44" rx="33" ry="6.5" fill="#a9b45c" />
      <g fill="none" stroke="#2f4f86" stroke-width="2.2">
        <path
          d="M68 106a11 11 0 0 1 22 0 11 11 0 0 1 22 0 11 11 0 0 1 21 0M74 106a5 5 0 0 1 10 0M96 106a5 5 0 0 1 10 0M118 106a5 5 0 0 1 10 0"
        />
        <path d="M69 121a10 10 0 0 1 11-9 10 10 0 0 1 10 9 10 10 0 0 1 20 0 10 10 0 0 1 20 0M95 121a5 5 0 0 1 10 0" />
        <path d="M65 82h70" />
      </g>
      <path d="M86 28c-5-6 5-9 0-16M106 28c-5-6 5-9 0-16" class="steam" />`,
  },
  notebook: {
    tone: 'plum',
    art: html`<path d="M60 22h84v114H60z" fill="#f3ecd9" transform="rotate(4 100 80)" />
      <path d="M56 20h84v114H56z" fill="#3d4f7c" transform="rotate(-3 100 80)" />
      <g transform="rotate(-3 100 80)">
        <path d="M128 20v114M128 30h12M128 58h12M128 96h12M128 124h12" fill="none" stroke="#f3ecd9" stroke-width="2" />
        <rect x="66" y="30" width="22" height="66" fill="#fbf7ea" />
        <text class="kanji" x="77" y="50" font-size="16" text-anchor="middle" fill="#2c2a25">道</text>
        <text class="kanji" x="77" y="69" font-size="16" text-anchor="middle" fill="#2c2a25">中</text>
        <text class="kanji" x="77" y="88" font-size="16" text-anchor="middle" fill="#2c2a25">帳</text>
      </g>`,
  },
  pen: {
    tone: 'straw',
    art: html`<path
        d="M34 128c18-20 28 12 44-4s20 10 34-2"
        fill="none"
        stroke="#3d4f7c"
        stroke-width="3"
        stroke-linecap="round"
      />
      <g transform="rotate(-38 112 88)">
        <path d="M74 80h28v16H74L52 88z" fill="#d0a443" />
        <path d="M52 88h24" stroke="#7d5f1f" stroke-width="1.5" />
        <circle cx="77" cy="88" r="2.4" fill="#7d5f1f" />
        <rect x="96" y="77" width="34" height="22" rx="3" fill="#2a2a2e" />
        <rect x="128" y="76" width="5" height="24" fill="#d0a443" />
        <path d="M133 76h56q12 2 12 12t-12 12h-56z" fill="#1f1f23" />
        <path d="M138 81h52" stroke="#5a5a63" stroke-width="2.5" stroke-linecap="round" />
      </g>`,
  },
  ink: {
    tone: 'plum',
    art: html`<path d="M62 74q0-14 14-16h48q14 2 14 16v52q0 12-12 12H74q-12 0-12-12z" fill="#cfd6e4" opacity=".75" />
      <path d="M67 88h66v38q0 8-8 8H75q-8 0-8-8z" fill="#463a78" />
      <path d="M67 88q16-6 33 0t33 0v12H67z" fill="#5f4f9c" />
      <rect x="80" y="44" width="40" height="16" fill="#cfd6e4" />
      <rect x="74" y="22" width="52" height="26" rx="4" fill="#26262b" />
      <path d="M80 26v18M90 26v18M100 26v18M110 26v18M120 26v18" stroke="#45454d" stroke-width="2" />
      <rect x="82" y="98" width="36" height="24" rx="2" fill="#fbf7ea" />
      <text class="kanji" x="100" y="116" font-size="15" text-anchor="middle" fill="#463a78">夕暮</text>`,
  },
  letters: {
    tone: 'sky',
    art: html`<path d="M54 20h66v100H54z" fill="#fbf7ea" transform="rotate(-6 90 70)" />
      <g transform="rotate(-6 90 70)" stroke="#b5392b" opacity=".5">
        <path d="M66 30v80M78 30v80M90 30v80M102 30v80M113 30v80" />
      </g>
      <path d="M84 84h84v54H84z" fill="#e9dfc6" />
      <path d="M84 84l42 30 42-30" fill="none" stroke="#c3b38c" stroke-width="2" />
      <rect x="146" y="90" width="15" height="18" fill="#b5392b" />
      <path d="M150 103l3-7 2 4 2-2 2 5z" fill="#fbf7ea" />`,
  },
  pass: {
    tone: 'leaf',
    art: html`<g transform="rotate(8 100 80)">
      <path d="M100 34C78 30 82 8 100 12s16 20 0 22" fill="none" stroke="#b5392b" stroke-width="3.5" />
      <path d="M70 46l30-18 30 18v92H70z" fill="#cfa46a" />
      <path d="M70 46l30-18 30 18v5l-30-18-30 18z" fill="#a67b43" />
      <circle cx="100" cy="42" r="4" fill="#6d4d24" />
      <path d="M80 60v70M120 56v74M88 128V64" stroke="#b98d52" stroke-width="1.4" fill="none" />
      <g fill="#4a3216">
        <text class="kanji" x="100" y="76" font-size="19" text-anchor="middle">通</text>
        <text class="kanji" x="100" y="99" font-size="19" text-anchor="middle">行</text>
        <text class="kanji" x="100" y="122" font-size="19" text-anchor="middle">可</text>
      </g>
    </g>`,
  },
  furoshiki: {
    tone: 'sky',
    art: html`<path d="M44 100q-4-34 56-36 60 2 56 36-2 38-56 40-54-2-56-40z" fill="#2f4f86" />
      <g fill="none" stroke="#8fa9d6" stroke-width="1.6">
        <path d="M72 88v24M62 94l20 12M82 94l-20 12M72 88l-10 6v12l10 6 10-6V94z" />
        <path d="M128 88v24M118 94l20 12M138 94l-20 12M128 88l-10 6v12l10 6 10-6V94z" />
        <path d="M100 102v24M90 108l20 12M110 108l-20 12M100 102l-10 6v12l10 6 10-6v-12z" />
      </g>
      <path d="M96 66C70 60 52 40 44 22c22 2 44 16 56 40z" fill="#3d63a5" />
      <path d="M104 66c26-6 44-26 52-44-22 2-44 16-56 40z" fill="#28447a" />
      <path d="M84 58q16-8 32 0 4 10 0 16-16 6-32 0-4-8 0-16z" fill="#3d63a5" />
      <path d="M90 60q4 7 0 13M110 60q-4 7 0 13" fill="none" stroke="#28447a" stroke-width="2" />`,
  },
}
