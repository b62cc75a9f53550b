/** A text in the shop's two languages. */
export interface Bilingual {
  readonly ja: string
  readonly en: string
}

/** Something to buy. */
export interface Product {
  /** In addresses and carts. */
  readonly id: string
  readonly section: 'tea' | 'desk'
  readonly name: Bilingual
  /** One line for the catalogue. */
  readonly short: Bilingual
  readonly text: Bilingual
  readonly size: Bilingual
  /** In yen, with tax. */
  readonly price: number
}

/** Everything there is to buy. The names are those of checkpoints on the old highways. */
export const products: readonly Product[] = [
  {
    id: 'sencha-hakone',
    section: 'tea',
    name: { ja: '煎茶「箱根」', en: 'Sencha “Hakone”' },
    short: { ja: '山霧の香る、すっきりした一番茶', en: 'First flush, clear as mountain mist' },
    text: {
      ja: '峠の茶屋を思わせる、青く澄んだ一番茶です。七十度ほどに冷ました湯で、ゆっくり一分お待ちください。',
      en: 'A green, clear first flush, like the tea houses on the pass. Let the water cool to seventy degrees and give it a quiet minute.',
    },
    size: { ja: '100グラム', en: '100 g' },
    price: 1280,
  },
  {
    id: 'hojicha-usui',
    section: 'tea',
    name: { ja: 'ほうじ茶「碓氷」', en: 'Hōjicha “Usui”' },
    short: { ja: '強火で香ばしく、夜にもやさしい', en: 'Roasted deep, gentle at night' },
    text: {
      ja: '関所に着いた夕暮れの、焚き火のような香りです。熱湯をたっぷり注いでください。',
      en: 'It smells like the fire one reaches at dusk, with the gate behind. Pour boiling water, and plenty of it.',
    },
    size: { ja: '120グラム', en: '120 g' },
    price: 980,
  },
  {
    id: 'genmaicha-kiso',
    section: 'tea',
    name: { ja: '玄米茶「木曽」', en: 'Genmaicha “Kiso”' },
    short: { ja: '煎った玄米と、谷の番茶', en: 'Toasted rice and a valley’s leaves' },
    text: {
      ja: '木曽谷の番茶に、弾けるまで煎った玄米を合わせました。おにぎりのそばにどうぞ。',
      en: 'Everyday leaves from the Kiso valley with rice toasted until it pops. Good company for a rice ball.',
    },
    size: { ja: '150グラム', en: '150 g' },
    price: 880,
  },
  {
    id: 'matcha-arai',
    section: 'tea',
    name: { ja: '抹茶「新居」', en: 'Matcha “Arai”' },
    short: { ja: '石臼で挽いた、濃い緑', en: 'Stone-ground, a deep green' },
    text: {
      ja: '石臼で一時間に四十グラムだけ挽いた抹茶です。薄茶なら茶杓に二杯、お湯は三口半。',
      en: 'Ground on stone, no more than forty grams an hour. Two scoops and three and a half sips of water make a bowl.',
    },
    size: { ja: '30グラム缶', en: '30 g tin' },
    price: 2400,
  },
  {
    id: 'kyusu',
    section: 'tea',
    name: { ja: '横手の急須', en: 'Side-handled teapot' },
    short: { ja: '常滑の朱泥、二人分', en: 'Red Tokoname clay, for two' },
    text: {
      ja: '注ぎ口の奥に、細かい陶の茶こしが付いています。使うほどに艶が出ます。',
      en: 'A fine clay strainer sits behind the spout. The more it is used, the more it shines.',
    },
    size: { ja: '280ミリリットル', en: '280 ml' },
    price: 5800,
  },
  {
    id: 'yunomi',
    section: 'tea',
    name: { ja: '湯呑み「波」', en: 'Cup “Wave”' },
    short: { ja: '藍の青海波を手描きで', en: 'Indigo waves, painted by hand' },
    text: {
      ja: '手のひらに収まる、少し厚手の湯呑みです。冷めにくく、持っても熱くありません。',
      en: 'Thick enough to keep the tea hot and the hand cool, and made to sit in a palm.',
    },
    size: { ja: '180ミリリットル', en: '180 ml' },
    price: 1600,
  },
  {
    id: 'notebook',
    section: 'desk',
    name: { ja: '和綴じの道中帳', en: 'Bound travel book' },
    short: { ja: '四つ目綴じ、楮の紙', en: 'Four-hole binding, mulberry paper' },
    text: {
      ja: '旅の費えと歌を書きとめた道中帳にならいました。墨も万年筆も、裏に抜けません。',
      en: 'After the books in which travellers kept their costs and their verses. Neither brush nor pen shows through.',
    },
    size: { ja: '96ページ', en: '96 pages' },
    price: 1450,
  },
  {
    id: 'pen',
    section: 'desk',
    name: { ja: '万年筆「飛脚」', en: 'Fountain pen “Courier”' },
    short: { ja: '黒漆の軸に、細字の金ペン', en: 'Black lacquer, a fine gold nib' },
    text: {
      ja: '急ぎの便りほど、落ち着いた字で。漢字が潰れない細字を選びました。',
      en: 'The more urgent the letter, the calmer the hand. The nib is fine enough for the busiest character.',
    },
    size: { ja: '長さ138ミリ', en: '138 mm' },
    price: 8800,
  },
  {
    id: 'ink',
    section: 'desk',
    name: { ja: 'インク「峠の夕暮れ」', en: 'Ink “Dusk on the pass”' },
    short: { ja: '藍から紫へ、乾いて変わる', en: 'Indigo, drying to violet' },
    text: {
      ja: '書いたときは藍、乾くと紫。峠を越える空の色です。万年筆にも付けペンにも。',
      en: 'Indigo when written, violet when dry: the sky as one crosses the pass. For fountain pens and dip pens.',
    },
    size: { ja: '40ミリリットル', en: '40 ml' },
    price: 1980,
  },
  {
    id: 'letters',
    section: 'desk',
    name: { ja: '便箋と封筒', en: 'Letter paper and envelopes' },
    short: { ja: '縦書き、松葉の透かし', en: 'With a watermark of pine' },
    text: {
      ja: '便箋二十四枚に封筒六枚。余白の多い罫で、短い便りでも美しく収まります。',
      en: 'Twenty-four sheets and six envelopes, ruled with generous margins so that short letters look well too.',
    },
    size: { ja: '便箋24枚・封筒6枚', en: '24 sheets, 6 envelopes' },
    price: 1100,
  },
  {
    id: 'pass',
    section: 'desk',
    name: { ja: 'しおり「通行手形」', en: 'Bookmark “Travel pass”' },
    short: { ja: '杉の薄板に焼印ひとつ', en: 'Thin cedar, branded once' },
    text: {
      ja: '関所で見せた木の手形を、小さくしました。読みかけのところへ、いつでも通れます。',
      en: 'The wooden pass shown at every gate, made small. It lets you back in where you left off.',
    },
    size: { ja: '4×12センチ', en: '4 × 12 cm' },
    price: 650,
  },
  {
    id: 'furoshiki',
    section: 'desk',
    name: { ja: '風呂敷「麻の葉」', en: 'Wrapping cloth “Hemp leaf”' },
    short: { ja: '藍染めの木綿、何でも包む', en: 'Indigo cotton, wraps anything' },
    text: {
      ja: 'お弁当も本も酒瓶も、結び方ひとつで。洗うほどにやわらかくなります。',
      en: 'A lunch, a book or a bottle: it is all in the knot. It softens with every wash.',
    },
    size: { ja: '70×70センチ', en: '70 × 70 cm' },
    price: 2200,
  },
]

const byId = new Map(products.map((product) => [product.id, product]))

/** The product of an id, which may be anything that somebody typed. */
export function findProduct(id: string | null | undefined): Product | undefined {
  return byId.get(id ?? '')
}

/** The most pieces of one product in a cart. */
export const mostPieces = 20
