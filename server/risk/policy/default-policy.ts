import type { Policy } from "./policy.js";
import { readPolicyFile } from "./policy-file.js";

/** The file of the policy that holds where a project has activated none: its version 0. */
export const defaultPolicyText = `# The policy of a project that has none of its own (version 0).
#
# It asks for two weak signals before it challenges, and behaviour alone never denies, for that would lock owners out.
# Rules are asked in order; the first whose condition holds gives the verdict.

rules:
  # The project's own lists come first, deny before allow.
  - name: deny_listed
    when: '"deny_listed" in reasons'
    verdict: deny

  - name: allow_listed
    when: '"allow_listed" in reasons'
    verdict: allow

  # Stolen passwords are being tried from here: refuse who has neither a device nor an address of the user, ask all others.
  - name: credential_stuffing
    when: '"credential_stuffing" in reasons && !("known_device" in reasons || "known_ip" in reasons)'
    verdict: deny

  - name: credential_stuffing_beside_the_user
    when: '"credential_stuffing" in reasons'
    verdict: challenge

  # The device or address of an attempt that was reported as an attacker's.
  - name: reported_attacker
    when: '"reported_attacker" in reasons'
    verdict: challenge

  # Nothing was learnt of this user yet, so nothing can be new.
  - name: first_seen_user
    when: '"first_seen_user" in reasons'
    verdict: allow

  - name: impossible_travel
    when: '"impossible_travel" in reasons'
    verdict: challenge

  # A network that hides its users, and that this user was not known to use; where no network is known, the address speaks for it.
  - name: new_anonymising_network
    when: >-
      ("tor" in reasons || "vpn" in reasons || "proxy" in reasons) && !("known_network" in reasons)
      && ("new_network" in reasons || "new_ip" in reasons)
    verdict: challenge

  # Of a user of whom no device is known, as after an import of logs that held no fingerprints, none can be new: network, place and
  # kind of browser stand in for it.
  - name: first_device_where_usual
    when: >-
      "new_device" in reasons && has(signals.new_device.evidence.known_count) && signals.new_device.evidence.known_count == 0
      && "known_network" in reasons && !("new_place" in reasons) && !("new_client" in reasons) && !("device_mismatch" in reasons)
    verdict: allow

  # A browser can leave its fingerprint out, so a missing one counts as a device that is not known; otherwise leaving it
  # out would be the way around the challenge. A device token of another device counts alike, also beside the fingerprint
  # of a known one: whoever copies a cookie can copy a fingerprint. But owners move cookies to a new machine, too, so it
  # takes a new address beside it. So with a known device that looks like another of the same make.
  - name: new_device_and_ip
    when: '("new_device" in reasons || "missing_fingerprint" in reasons || "device_mismatch" in reasons || "device_changed" in reasons) && "new_ip" in reasons'
    verdict: challenge

otherwise: allow

tests:
  - name: a user's first attempt is allowed
    given: { reasons: [first_seen_user] }
    expect: { verdict: allow, rule: first_seen_user }

  - name: a known device at a new address is allowed
    given: { reasons: [new_ip, new_network, known_device] }
    expect: { verdict: allow, rule: none }

  - name: a new device at a known address is allowed
    given: { reasons: [new_device, known_ip] }
    expect: { verdict: allow, rule: none }

  - name: a new device at a new address is challenged
    given: { reasons: [new_device, new_ip] }
    expect: { verdict: challenge, rule: new_device_and_ip }

  - name: where no device is known, a first one in the usual network is allowed
    given: { reasons: [new_ip, known_network], signals: { new_device: { evidence: { known_count: 0 } } } }
    expect: { verdict: allow, rule: first_device_where_usual }

  - name: where no device is known, a first one in another network is challenged
    given: { reasons: [new_ip, new_network], signals: { new_device: { evidence: { known_count: 0 } } } }
    expect: { verdict: challenge, rule: new_device_and_ip }

  - name: where no device is known, a first one with another kind of browser is challenged
    given: { reasons: [new_ip, known_network, new_client], signals: { new_device: { evidence: { known_count: 0 } } } }
    expect: { verdict: challenge, rule: new_device_and_ip }

  - name: a device of the same make at a new address is challenged
    given: { reasons: [known_device, device_changed, new_ip] }
    expect: { verdict: challenge, rule: new_device_and_ip }

  - name: leaving the fingerprint out is no way around it
    given: { reasons: [missing_fingerprint, new_ip] }
    expect: { verdict: challenge, rule: new_device_and_ip }

  - name: a known device that cannot have travelled so far is challenged
    given: { reasons: [impossible_travel, known_device, new_ip] }
    expect: { verdict: challenge, rule: impossible_travel }

  - name: an anonymising network that is new for the user is challenged
    given: { reasons: [known_device, vpn, new_network, new_ip] }
    expect: { verdict: challenge, rule: new_anonymising_network }

  - name: an anonymising address in no known network is challenged
    given: { reasons: [known_device, tor, new_ip] }
    expect: { verdict: challenge, rule: new_anonymising_network }

  - name: the user's usual VPN is allowed
    given: { reasons: [known_device, vpn, known_network, new_ip] }
    expect: { verdict: allow, rule: none }

  - name: while stolen passwords are tried, a stranger is denied
    given: { reasons: [credential_stuffing, new_device, new_ip] }
    expect: { verdict: deny, rule: credential_stuffing }

  - name: while stolen passwords are tried, the owner is challenged
    given: { reasons: [credential_stuffing, known_device, new_ip] }
    expect: { verdict: challenge, rule: credential_stuffing_beside_the_user }

  - name: a device that was reported as an attacker's is challenged, even if it is known
    given: { reasons: [reported_attacker, known_device, known_ip] }
    expect: { verdict: challenge, rule: reported_attacker }

  - name: what is on the deny list is denied, whatever else is known
    given: { reasons: [deny_listed, allow_listed, known_device, known_ip] }
    expect: { verdict: deny, rule: deny_listed }

  - name: what is on the allow list is not challenged
    given: { reasons: [allow_listed, new_device, new_ip] }
    expect: { verdict: allow, rule: allow_listed }

  - name: what is on the watch list is judged like all others
    given: { reasons: [watch_listed, known_device, known_ip] }
    expect: { verdict: allow, rule: none }
`;

let compiled: Policy | undefined;

/** The default policy, compiled when first asked for: commands that judge nothing do not wait for it. */
export function defaultPolicy(): Policy {
  compiled ??= readPolicyFile(defaultPolicyText).policy;
  return compiled;
}
