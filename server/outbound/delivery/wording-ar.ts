import type { Phrases } from "./wording.js";

/** Arabic counts one, two, three to ten, and eleven and more each in a way of its own. */
function counted(count: number, one: string, two: string, few: string, many: string): string {
  if (count === 1) return one;
  if (count === 2) return two;
  return `${count} ${count <= 10 ? few : many}`;
}

const minutes = (count: number) => counted(count, "دقيقة واحدة", "دقيقتين", "دقائق", "دقيقة");
const hours = (count: number) => counted(count, "ساعة واحدة", "ساعتين", "ساعات", "ساعة");

/** The messages in Arabic, written from right to left. */
export const arabic: Phrases = {
  direction: "rtl",
  code: ({ code, validMinutes }, brand) => ({
    subject: `${code} هو رمزك في ${brand}`,
    paragraphs: [
      `رمزك في ${brand} هو ${code}. وهو صالح لمدة ${minutes(validMinutes)}.`,
      "لا تخبر به أحدًا. إذا لم تسجّل الدخول للتو فغيّر كلمة مرورك.",
    ],
    short: `رمزك في ${brand} هو ${code}، صالح لمدة ${minutes(validMinutes)}. لا تخبر به أحدًا.`,
  }),
  contact_changed: ({ changed, cooldownHours }, brand) => {
    const what = changed === "email" ? "عنوان بريد إلكتروني جديد" : "رقم هاتف جديد";
    const until = cooldownHours === 0 ? "" : ` ستبقى الرموز تصل إلى هنا لمدة ${hours(cooldownHours)}.`;
    return {
      subject: `أُضيف ${what} إلى حسابك في ${brand}`,
      paragraphs: [
        `أُضيف ${what} إلى حسابك في ${brand}.${until}`,
        `إذا كنت أنت من فعل ذلك فلا حاجة إلى أي إجراء. وإلا فغيّر كلمة مرورك وأبلغ ${brand}.`,
      ],
      short: `${brand}: أُضيف ${what} إلى حسابك. إذا لم تكن أنت فغيّر كلمة مرورك.`,
    };
  },
  was_this_you: ({ at, reportUrl }, brand) => ({
    subject: `تسجيل دخول جديد إلى حسابك في ${brand}`,
    paragraphs: [
      `سجّل شخص ما الدخول إلى حسابك في ${brand} من جهاز أو مكان جديد في ${instant(at)} وأدخل رمزًا كنا قد أرسلناه.`,
      reportUrl === undefined
        ? "إذا كنت أنت فلا حاجة إلى أي إجراء. وإلا فغيّر كلمة مرورك."
        : "إذا كنت أنت فلا حاجة إلى أي إجراء. وإلا فأبلغ عن ذلك وغيّر كلمة مرورك.",
    ],
    short:
      reportUrl === undefined
        ? `${brand}: تسجيل دخول جديد في ${instant(at)}. إذا لم تكن أنت فغيّر كلمة مرورك.`
        : `${brand}: تسجيل دخول جديد في ${instant(at)}. إذا لم تكن أنت فأبلغ عن ذلك:`,
    button: "لم أكن أنا",
  }),
};

function instant(at: number): string {
  return new Intl.DateTimeFormat("ar", { dateStyle: "long", timeStyle: "long", timeZone: "UTC" }).format(at);
}
