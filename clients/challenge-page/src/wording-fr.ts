import type { Wording } from "./wording.js";

/** French. */
export const fr: Wording = {
  direction: "ltr",
  title: "Confirmez que c’est vous",
  loading: "Un instant…",
  needsScript: "Cette page a besoin de JavaScript.",
  intro: "{brand} veut s’assurer que c’est bien vous.",
  where: "Où envoyer le code ?",
  whereOnly: "Le code sera envoyé à {contact}.",
  email: "E-mail",
  sms: "SMS",
  send: "Envoyer le code",
  sending: "Envoi…",
  sent: "Saisissez le code envoyé à {contact}.",
  resent: "Un nouveau code arrive à {contact}. Le précédent n’est plus valable.",
  code: "Code",
  codeHint: "6 chiffres",
  codeMalformed: "Le code compte 6 chiffres.",
  confirm: "Confirmer",
  confirming: "Vérification…",
  resend: "Envoyer un nouveau code",
  resendIn: "Nouveau code dans {time}",
  noMoreSends:
    "Aucun autre code ne peut être envoyé. Si vous n’avez rien reçu, retournez sur {brand} et recommencez.",
  otherWay: "L’envoyer autrement",
  wrong: {
    one: "Ce code n’est pas le bon. Il reste {n} essai.",
    other: "Ce code n’est pas le bon. Il reste {n} essais.",
  },
  goOn: "Continuer",
  closePage: "Vous pouvez fermer cette page et retourner sur {brand}.",
  tryAgain: "Réessayer",
  deliveryFailed: "Le message n’a pas pu être envoyé. Réessayez ou envoyez-le autrement.",
  waitFor: "Trop de tentatives. Attendez {time}, puis réessayez.",
  offline: "Pas de connexion au serveur. Rien n’est perdu : vérifiez votre connexion et réessayez.",
  failed: "Une erreur s’est produite. Réessayez dans un instant.",
  ends: {
    passed: { title: "C’est confirmé", text: "Merci, c’était le bon code." },
    used: {
      title: "Déjà confirmé",
      text: "Cette confirmation a déjà servi. Il n’y a plus rien à faire ici.",
    },
    expired: {
      title: "Délai dépassé",
      text: "Cette confirmation a expiré. Retournez sur {brand} et recommencez.",
    },
    exhausted: {
      title: "Trop d’essais",
      text: "Trop de codes erronés ont été saisis. Retournez sur {brand} et recommencez.",
    },
    superseded: {
      title: "Il y en a une plus récente",
      text: "Une autre confirmation a été ouverte après celle-ci. Utilisez-la, ou retournez sur {brand} et recommencez.",
    },
    invalid: {
      title: "Ce lien n’est pas valable",
      text: "Il est incomplet ou trop ancien. Retournez à la page d’où vous venez et recommencez.",
    },
    nothing: {
      title: "Rien à confirmer",
      text: "Il n’y a rien à confirmer ici pour le moment. Retournez à la page d’où vous venez.",
    },
    no_contact: {
      title: "Aucun code ne peut être envoyé",
      text: "Aucune adresse e-mail ni aucun numéro de téléphone n’est connu pour y envoyer un code. Contactez {brand}.",
    },
    unreachable: {
      title: "Pas de connexion",
      text: "Le serveur est injoignable. Vérifiez votre connexion.",
    },
  },
};
