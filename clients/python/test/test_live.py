"""The client against a live server, over plaintext and TLS."""

import sys
import unittest
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from unittest.mock import patch
from uuid import uuid4

import grpc
from live import SERVERS, Server

import rupt
from rupt.v2 import challenge_service_pb2 as challenge
from rupt.v2 import evaluation_service_pb2 as evaluation
from rupt.v2 import risk_pb2 as risk

sys.path.append(str(Path(__file__).parent.parent / "examples"))
from login import login  # noqa: E402

OSLO, CALIFORNIA = "84.208.20.110", "8.8.8.8"


class Live:
    server: Server

    def setUp(self) -> None:
        self.client = self.server.connect()
        self.addCleanup(self.client.close)

    def test_example_lets_in_once_the_code_is_right(self) -> None:
        user, email = str(uuid4()), f"{uuid4()}@example.com"
        with redirect_stdout(StringIO()) as printed, patch("builtins.input", lambda _: self.server.code_for(email)):
            self.assertTrue(login(self.client, user, "laptop", OSLO, email))
            self.assertTrue(login(self.client, user, "phone", CALIFORNIA, email))
            self.assertTrue(login(self.client, user, "phone", CALIFORNIA, email))
        verdicts = [line.split()[0] for line in printed.getvalue().splitlines()]
        self.assertEqual(verdicts, ["VERDICT_ALLOW", "VERDICT_CHALLENGE", "VERDICT_ALLOW"])

    def test_example_keeps_out_whoever_has_no_code(self) -> None:
        user, email = str(uuid4()), f"{uuid4()}@example.com"
        wrong = lambda _: "000001" if self.server.code_for(email) == "000000" else "000000"  # noqa: E731
        with redirect_stdout(StringIO()), patch("builtins.input", wrong):
            login(self.client, user, "laptop", OSLO, email)
            self.assertFalse(login(self.client, user, "phone", CALIFORNIA, email))

    def test_an_error_names_its_reason(self) -> None:
        with self.assertRaises(grpc.RpcError) as raised:
            self.client.challenges.GetChallenge(challenge.GetChallengeRequest(challenge_id=str(uuid4())))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)
        info = rupt.error_info(raised.exception)
        self.assertEqual((info.domain, info.reason), ("rupt", "challenge_not_found"))

    def test_an_error_carries_its_metadata(self) -> None:
        user, email = str(uuid4()), f"{uuid4()}@example.com"
        for fingerprint, ip in (("laptop", OSLO), ("phone", CALIFORNIA)):
            answer = self.client.evaluations.Evaluate(
                evaluation.EvaluateRequest(action="login", user=user, fingerprint=[fingerprint], ip=ip, email=email)
            )
        self.assertEqual(answer.verdict, risk.VERDICT_CHALLENGE)
        send = challenge.SendChallengeRequest(challenge_id=answer.challenge_id)
        self.client.challenges.SendChallenge(send)
        with self.assertRaises(grpc.RpcError) as raised:
            self.client.challenges.SendChallenge(send)
        info = rupt.error_info(raised.exception)
        self.assertEqual(info.reason, "resend_too_soon")
        self.assertGreater(int(info.metadata["retry_after_seconds"]), 0)

    def test_a_wrong_secret_is_refused(self) -> None:
        with self.server.connect("wrong") as client, self.assertRaises(grpc.RpcError) as raised:
            client.evaluations.Evaluate(evaluation.EvaluateRequest(action="login", user="u"))
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAUTHENTICATED)
        self.assertEqual(rupt.error_info(raised.exception).reason, "wrong_secret")


class OverPlaintext(Live, unittest.TestCase):
    server = SERVERS["plaintext"]


class OverTls(Live, unittest.TestCase):
    server = SERVERS["TLS"]

    def test_an_unknown_certificate_is_refused(self) -> None:
        with rupt.connect(self.server.target, "secret") as client, self.assertRaises(grpc.RpcError) as raised:
            client.evaluations.Evaluate(evaluation.EvaluateRequest(action="login", user="u"), timeout=5)
        self.assertIn(raised.exception.code(), (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED))
        self.assertEqual(rupt.error_info(raised.exception).reason, "")


if __name__ == "__main__":
    unittest.main()
