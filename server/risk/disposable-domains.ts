/**
 * Mail services that hand out throw-away addresses without a sign-up. Compiled by hand from services that have existed for years; it is short on
 * purpose, for a long list is wrong about more people than it finds. Projects add their own to their lists of domains.
 */
const domains: ReadonlySet<string> = new Set(
  `0-mail.com 10minutemail.com 10minutemail.net 10minutesmail.com 1secmail.com 1secmail.net 1secmail.org 20minutemail.com 33mail.com
  anonbox.net anonymbox.com armyspy.com binkmail.com bobmail.info bugmenot.com burnermail.io byom.de chacuo.net cock.li crazymailing.com
  cuvox.de dayrep.com deadaddress.com despam.it discard.email discardmail.com discardmail.de dispostable.com dropmail.me e4ward.com
  easytrashmail.com einrot.com email-fake.com emailfake.com emailondeck.com emailsensei.com emailtemporanea.com emltmp.com fakeinbox.com
  fakemail.net fakemailgenerator.com fastmazda.com filzmail.com fleckens.hu generator.email getairmail.com getnada.com grr.la
  guerrillamail.biz guerrillamail.com guerrillamail.de guerrillamail.info guerrillamail.net guerrillamail.org guerrillamailblock.com
  gustr.com harakirimail.com hidemail.de inboxalias.com inboxbear.com inboxkitten.com incognitomail.com incognitomail.org jetable.org
  jourrapide.com kasmail.com kurzepost.de linshiyouxiang.net lroid.com luxusmail.org mail-temp.com mail.tm mail7.io mailcatch.com
  maildrop.cc maildx.com mailexpire.com mailforspam.com mailinator.com mailinator.net mailinator2.com mailnesia.com mailnull.com
  mailpoof.com mailsac.com mailtemp.info minutemail.io mintemail.com moakt.cc moakt.com moakt.ws mohmal.com mt2015.com mvrht.com mytemp.email
  mytrashmail.com nada.email nwytg.net objectmail.com onetimeemail.net onewaymail.com owlymail.com pokemail.net proxymail.eu
  rcpt.at reallymymail.com receiveee.com rhyta.com safetymail.info sendspamhere.com sharklasers.com shieldedmail.com shortmail.net
  smailpro.com sogetthis.com spam4.me spambog.com spambox.us spamex.com spamgourmet.com spamherelots.com spamhole.com spaml.de
  superrito.com suremail.info teleworm.us temp-mail.io temp-mail.org temp-mail.ru tempail.com tempinbox.com tempmail.de tempmail.dev
  tempmail.eu tempmail.net tempmail.plus tempmailaddress.com tempmailo.com tempomail.fr temporary-mail.net temporarymail.com
  thankyou2010.com throwam.com throwawaymail.com tmail.ws tmailinator.com tmpmail.net tmpmail.org trash-mail.at trash-mail.com trash-mail.de
  trashmail.at trashmail.com trashmail.de trashmail.io trashmail.me trashmail.net trashmail.org trbvm.com wegwerfemail.de wegwerfmail.de
  wegwerfmail.net wegwerfmail.org wh4f.org yopmail.com yopmail.fr yopmail.net zetmail.com zoemail.org`.split(
    /\s+/,
  ),
);

/** The throw-away mail service that an e-mail address is of, also as a subdomain of it; undefined when it is of none that is known. */
export function disposableDomain(email: string): string | undefined {
  let domain = email.slice(email.lastIndexOf("@") + 1).toLowerCase();
  for (;;) {
    if (domains.has(domain)) return domain;
    const dot = domain.indexOf(".");
    if (dot < 0) return undefined;
    domain = domain.slice(dot + 1);
  }
}
