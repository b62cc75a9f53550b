/** The shop's languages. */
export type Language = 'ja' | 'en'

/** The name of a text. */
export type TextKey = keyof typeof table

/** All texts in one language. */
export type Texts = Readonly<Record<TextKey, string>>

// Both languages of a text stand side by side, so that neither is forgotten.
const table = {
  shopName: ['関所堂', 'Sekisho-dō'],
  shopLine: ['お茶と文具', 'Tea and stationery'],
  skip: ['本文へ進む', 'Skip to the content'],
  mainNavigation: ['メインメニュー', 'Main menu'],
  catalogue: ['品揃え', 'Shop'],
  cart: ['カート', 'Cart'],
  cartCount: ['{count}点', '{count}'],
  login: ['ログイン', 'Sign in'],
  logout: ['ログアウト', 'Sign out'],
  sessions: ['ログイン中の端末', 'My sessions'],
  sessionsShort: ['端末一覧', 'My sessions'],
  gatehouse: ['番所', 'Gatehouse'],
  language: ['言語', 'Language'],
  backToShop: ['品揃えへ戻る', 'Back to the shop'],

  heroTitle: ['旅の一服、便りの一筆', 'Tea for the road, paper for the letters'],
  heroText: [
    '峠の関所で手形を見せたら、ここでひと休み。お茶と文具の小さな店です。',
    'Show your pass at the gate, then rest a while: a small shop for tea and stationery.',
  ],
  sectionTea: ['お茶と器', 'Tea and vessels'],
  sectionDesk: ['紙と筆', 'Paper and ink'],
  taxIncluded: ['税込', 'tax included'],
  size: ['内容', 'Size'],
  price: ['価格', 'Price'],
  quantity: ['数量', 'Quantity'],
  addToCart: ['カートに入れる', 'Add to cart'],
  addToCartOf: ['{product}をカートに入れる', 'Add {product} to the cart'],

  cartEmpty: ['カートは空です。', 'Your cart is empty.'],
  cartEmptyText: ['気になるものがあれば、入れておいてください。', 'Whatever catches your eye will wait for you here.'],
  update: ['変更', 'Update'],
  updateOf: ['{product}の数量を変更', 'Update the quantity of {product}'],
  quantityOf: ['{product}の数量', 'Quantity of {product}'],
  remove: ['削除', 'Remove'],
  removeOf: ['{product}をカートから削除', 'Remove {product} from the cart'],
  total: ['合計', 'Total'],
  toCheckout: ['ご注文へ', 'Check out'],
  toCheckoutNote: [
    'ご注文にはログインが必要です。カートの中身はそのまま残ります。',
    'You will be asked to sign in. Your cart stays as it is.',
  ],

  checkout: ['ご注文の確認', 'Review your order'],
  checkoutText: [
    '見本の店なので、お支払いもお届けもありません。',
    'This is a demonstration: nothing is charged, and nothing is sent.',
  ],
  backToCart: ['カートへ戻る', 'Back to the cart'],
  placeOrder: ['注文する', 'Place the order'],
  thanks: ['ありがとうございました', 'Thank you'],
  thanksText: [
    '{name}さん、{pieces}点（{total}）のご注文を承りました。カートは空にしてあります。',
    'Dear {name}, your order of {pieces} for {total} has been received, and your cart is empty again.',
  ],
  thanksNote: ['良い旅を。', 'Safe travels.'],

  loginText: [
    '見本の店です。次のどちらかでログインできます。',
    'This is a demonstration. Either of these may sign in:',
  ],
  loginNote: [
    '見本の店です。パスワードは npm start を実行した端末に表示されています。',
    'This is a demonstration. The passwords stand in the terminal in which npm start runs.',
  ],
  userName: ['ユーザー名', 'User name'],
  password: ['パスワード', 'Password'],
  loginFailed: ['ユーザー名かパスワードが違います。', 'The user name or the password is wrong.'],
  demoUsers: ['見本のユーザー', 'Demonstration users'],

  sessionsText: [
    '{name}さんとしてログインしている端末です。覚えのないものは終了してください。',
    'Where you are signed in as {name}. End whatever you do not recognise.',
  ],
  thisSession: ['この端末', 'This device'],
  unknownDevice: ['不明な端末', 'Unknown device'],
  signedIn: ['ログイン', 'Signed in'],
  lastUsed: ['最終利用', 'Last used'],
  justNow: ['たった今', 'just now'],
  endSession: ['終了する', 'End'],
  endSessionOf: ['{device}のログインを終了する', 'End the session on {device}'],
  endOthers: ['他の端末をすべて終了する', 'End all other sessions'],
  noOthers: ['他の端末ではログインしていません。', 'You are not signed in anywhere else.'],

  noticeAdded: ['{product}をカートに入れました。', '{product} is in your cart.'],
  noticeChanged: ['{product}を{count}点にしました。', '{product}: the quantity is now {count}.'],
  noticeRemoved: ['{product}をカートから出しました。', '{product} was removed from your cart.'],
  noticeFull: ['{product}は{count}点までです。', 'There can be at most {count} of {product}.'],
  noticeWelcome: ['ようこそ、{name}さん。', 'Welcome, {name}.'],
  noticeGoodbye: ['ログアウトしました。', 'You have signed out.'],
  noticeEnded: ['端末のログインを終了しました。', 'The session was ended.'],
  noticeEndedOthers: ['他の{count}台のログインを終了しました。', 'Other sessions ended: {count}.'],
  noticeAlreadyEnded: ['その端末はすでに終了しています。', 'That session had already ended.'],

  footer: [
    'Sekisho の使い方を見せる見本の店です。品物は売っていません。',
    'A demonstration of Sekisho, the session engine. Nothing here is for sale.',
  ],
  passNone: ['お客様の記録は何もありません。', 'Nothing is stored about you.'],
  passVisitor: ['名前のない手形でお通ししています。', 'You travel on a pass without a name.'],
  passUser: ['{name}さんの手形でお通ししています。', 'You travel on the pass of {name}.'],

  error400: ['送信の内容を読めませんでした', 'That could not be read'],
  error400Text: ['もう一度お試しください。', 'Please try again.'],
  error403: ['この店からの送信ではないようです', 'That did not come from this shop'],
  error403Text: [
    '安全のため受け付けませんでした。店のページからもう一度お試しください。',
    'It was turned down, to be safe. Please use the forms on the pages of this shop.',
  ],
  error404: ['この道の先には何もありません', 'This road leads nowhere'],
  error404Text: ['お探しのページは見つかりませんでした。', 'The page you asked for does not exist.'],
  error405: ['その通り方はできません', 'That is not the way through'],
  error405Text: ['このページではその操作はできません。', 'This page cannot do what was asked of it.'],
  error413: ['送信の内容が大きすぎます', 'That was too much to carry'],
  error413Text: ['フォームの内容を短くしてください。', 'Please send less than 16 kilobytes.'],
  error415: ['送信の形式がわかりません', 'That came in an unknown form'],
  error415Text: ['店のページのフォームからお試しください。', 'Please use the forms on the pages of this shop.'],
  error422: ['入力の内容を確かめてください', 'Please check what you entered'],
  error422Text: [
    '品物がないか、数量が多すぎるようです。',
    'There is no such product, or the quantity is out of range.',
  ],
} as const

const column = { ja: 0, en: 1 } as const
const all = { ja: inLanguage('ja'), en: inLanguage('en') }

/** All texts in a language. */
export function textsIn(language: Language): Texts {
  return all[language]
}

/** A text with its gaps filled: `{name}` takes the value of `name`. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(values[name] ?? gap))
}

/** Whether a form names one of the shop's languages. */
export function isLanguage(text: string | null): text is Language {
  return text === 'ja' || text === 'en'
}

/** The language that a browser asks for most (RFC 9110, 12.5.4); English when it knows neither of ours. */
export function languageOf(acceptLanguage = ''): Language {
  const wishes = acceptLanguage.split(',').map((part) => {
    const [tag = '', ...parameters] = part.trim().toLowerCase().split(';')
    const weight = parameters.map((parameter) => /^\s*q=([\d.]+)\s*$/.exec(parameter)?.[1]).find(Boolean) ?? '1'
    return { language: tag.split('-', 1)[0] ?? '', weight: Number(weight) }
  })
  const best = wishes.toSorted((a, b) => b.weight - a.weight).find(({ language }) => isLanguage(language))
  return best !== undefined && best.weight > 0 && isLanguage(best.language) ? best.language : 'en'
}

/** An amount of yen. */
export function yen(amount: number, language: Language): string {
  return money[language].format(amount)
}

const money = {
  ja: new Intl.NumberFormat('ja', { style: 'currency', currency: 'JPY' }),
  en: new Intl.NumberFormat('en', { style: 'currency', currency: 'JPY' }),
}

/** A moment, to the minute. */
export function moment(time: number, language: Language): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' }).format(time)
}

/** How long ago a moment was, in words. */
export function ago(time: number, language: Language): string {
  const minutes = Math.floor((Date.now() - time) / 60_000)
  if (minutes < 1) return textsIn(language).justNow
  const format = new Intl.RelativeTimeFormat(language)
  return minutes < 60 ? format.format(-minutes, 'minute') : format.format(-Math.floor(minutes / 60), 'hour')
}

function inLanguage(language: Language): Texts {
  const entries = Object.entries(table).map(([key, texts]) => [key, texts[column[language]]])
  return Object.fromEntries(entries) as Texts
}
