/** `ab*****@x.dev`: at most the first two characters of the local part (one where it has only two, none where it has one), and the domain. */
export function maskEmail(email: string): string {
  const at = email.lastIndexOf("@");
  const local = [...email.slice(0, at)];
  return `${local.slice(0, Math.min(2, local.length - 1)).join("")}*****${email.slice(at)}`;
}

/** `******34`: the last two digits. */
export function maskPhone(phone: string): string {
  return `******${phone.slice(-2)}`;
}
