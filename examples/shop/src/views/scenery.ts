import { html, type Html } from './html.ts'

/** The shop's sign: a gate. */
export function gate(): Html {
  return html`<svg class="gate" viewBox="0 0 32 32" aria-hidden="true">
    <path d="M2 8c9 3 19 3 28 0l1 4c-10 2-20 2-30 0z" />
    <path d="M5 15h22v3H5zM7 12h4v18H7zM21 12h4v18h-4z" />
  </svg>`
}

/** Mountains, a pine, and the gate on the pass; by night in dark mode. */
export function landscape(): Html {
  return html`<svg
    class="landscape"
    viewBox="0 110 1200 310"
    preserveAspectRatio="xMaxYMax slice"
    aria-hidden="true"
    focusable="false"
  >
    <circle class="sun" cx="906" cy="188" r="42" />
    <path
      class="fuji"
      d="M400 420 Q600 330 690 160 L722 132 L738 142 L756 130 L774 144 L792 132 L820 160 Q910 330 1130 420z"
    />
    <path
      class="snow"
      d="M690 160 L722 132 L738 142 L756 130 L774 144 L792 132 L820 160 Q838 200 856 236 L834 222 L812 250 L790 216 L764 246 L738 218 L712 248 L690 220 L656 236 Q676 200 690 160z"
    />
    <path class="far" d="M0 366 Q170 330 330 350 T640 338 T900 312 T1200 322 V420 H0z" />
    <path
      class="mist"
      d="M420 322h300a9 9 0 0 1 0 18H470a9 9 0 0 0 0 0h-50a9 9 0 0 1 0-18zM820 296h240a8 8 0 0 1 0 16H820a8 8 0 0 1 0-16z"
    />
    <path class="near" d="M0 404 Q260 372 560 384 T1200 358 V420 H0z" />
    <g class="wood">
      <path d="M876 236 Q970 260 1064 236 L1072 254 Q970 276 868 254z" />
      <path d="M888 276h164v12H888zM902 256h18v118h-18zM1020 256h18v118h-18z" />
    </g>
    <path class="lantern" d="M958 288h24v4a14 18 0 0 1 0 34h-24a14 18 0 0 1 0-34z" />
    <g class="pine">
      <path d="M1118 372c2-60-8-100 4-150l8 2c-10 48 0 90 2 148z" />
      <path d="M1068 240q54-34 112 0-56 14-112 0zM1082 206q40-32 92 0-46 14-92 0zM1056 278q62-34 134 0-66 16-134 0z" />
    </g>
  </svg>`
}

/** A red seal, as on a letter. */
export function seal(): Html {
  return html`<svg class="seal" viewBox="0 0 96 96" aria-hidden="true">
    <rect x="6" y="6" width="84" height="84" rx="12" />
    <text x="48" y="43" text-anchor="middle">感</text>
    <text x="48" y="80" text-anchor="middle">謝</text>
  </svg>`
}

/** A phone or a computer. */
export function device(isPhone: boolean): Html {
  return isPhone
    ? html`<svg class="device" viewBox="0 0 48 48" aria-hidden="true">
        <rect x="14" y="5" width="20" height="38" rx="4" />
        <path d="M22 38h4" />
      </svg>`
    : html`<svg class="device" viewBox="0 0 48 48" aria-hidden="true">
        <rect x="8" y="10" width="32" height="22" rx="3" />
        <path d="M4 38h40" />
      </svg>`
}
