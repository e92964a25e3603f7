import type { Wording } from "./wording.js";

/** Spanish. */
export const es: Wording = {
  direction: "ltr",
  title: "Confirma que eres tú",
  loading: "Un momento…",
  needsScript: "Esta página necesita JavaScript.",
  intro: "{brand} quiere asegurarse de que realmente eres tú.",
  where: "¿Adónde enviamos el código?",
  whereOnly: "El código se enviará a {contact}.",
  email: "Correo electrónico",
  sms: "SMS",
  send: "Enviar código",
  sending: "Enviando…",
  sent: "Introduce el código enviado a {contact}.",
  resent: "Un código nuevo va de camino a {contact}. El anterior ya no sirve.",
  code: "Código",
  codeHint: "6 cifras",
  codeMalformed: "El código tiene 6 cifras.",
  confirm: "Confirmar",
  confirming: "Comprobando…",
  resend: "Enviar un código nuevo",
  resendIn: "Código nuevo en {time}",
  noMoreSends:
    "No se pueden enviar más códigos. Si no te ha llegado ninguno, vuelve a {brand} y empieza de nuevo.",
  otherWay: "Enviarlo de otra forma",
  wrong: {
    one: "Ese código no es correcto. Queda {n} intento.",
    other: "Ese código no es correcto. Quedan {n} intentos.",
  },
  goOn: "Continuar",
  closePage: "Puedes cerrar esta página y volver a {brand}.",
  tryAgain: "Reintentar",
  deliveryFailed: "No se pudo enviar el mensaje. Inténtalo de nuevo o envíalo de otra forma.",
  waitFor: "Demasiados intentos. Espera {time} y vuelve a intentarlo.",
  offline:
    "Sin conexión con el servidor. No se ha perdido nada: comprueba tu conexión y vuelve a intentarlo.",
  failed: "Algo ha fallado. Vuelve a intentarlo en un momento.",
  ends: {
    passed: { title: "Confirmado", text: "Gracias, el código era correcto." },
    used: { title: "Ya confirmado", text: "Esta confirmación ya se ha usado. No queda nada por hacer aquí." },
    expired: {
      title: "Se acabó el tiempo",
      text: "Esta confirmación ha caducado. Vuelve a {brand} y empieza de nuevo.",
    },
    exhausted: {
      title: "Demasiados intentos",
      text: "Se han introducido demasiados códigos incorrectos. Vuelve a {brand} y empieza de nuevo.",
    },
    superseded: {
      title: "Hay una más reciente",
      text: "Después de esta se abrió otra confirmación. Usa esa, o vuelve a {brand} y empieza de nuevo.",
    },
    invalid: {
      title: "Este enlace no es válido",
      text: "Está incompleto o es demasiado antiguo. Vuelve a la página de la que vienes y empieza de nuevo.",
    },
    nothing: {
      title: "Nada que confirmar",
      text: "Ahora mismo no hay nada que confirmar aquí. Vuelve a la página de la que vienes.",
    },
    no_contact: {
      title: "No se puede enviar ningún código",
      text: "No se conoce ningún correo electrónico ni teléfono al que enviar un código. Ponte en contacto con {brand}.",
    },
    unreachable: {
      title: "Sin conexión",
      text: "No se ha podido contactar con el servidor. Comprueba tu conexión.",
    },
  },
};
