"""Retries and deadlines, against a server in this process that fails as told."""

import threading
import unittest
from concurrent.futures import ThreadPoolExecutor

import grpc

import rupt
from rupt.v2 import challenge_service_pb2 as challenge
from rupt.v2 import challenge_service_pb2_grpc as challenge_grpc
from rupt.v2 import evaluation_service_pb2 as evaluation
from rupt.v2 import evaluation_service_pb2_grpc as evaluation_grpc
from rupt.v2 import risk_pb2 as risk

ID = "0190a000-0000-7000-8000-000000000000"


class Faulty(evaluation_grpc.EvaluationServiceServicer, challenge_grpc.ChallengeServiceServicer):
    """Fails the first `failures` calls; with `hang` set it never answers."""

    def __init__(self) -> None:
        self.failures = 0
        self.calls: list[dict[str, str]] = []
        self.remaining: list[float] = []
        self.hang = False
        self.released = threading.Event()

    def _answer(self, context: grpc.ServicerContext) -> None:
        self.calls.append(dict(context.invocation_metadata()))
        self.remaining.append(context.time_remaining())
        if self.hang:
            self.released.wait()
        if len(self.calls) <= self.failures:
            context.abort(grpc.StatusCode.UNAVAILABLE, "stopping")

    def Evaluate(self, request, context):
        self._answer(context)
        return evaluation.EvaluateResponse(verdict=risk.VERDICT_ALLOW)

    def SendChallenge(self, request, context):
        self._answer(context)
        return challenge.SendChallengeResponse(success=True)


class Retries(unittest.TestCase):
    def setUp(self) -> None:
        self.faulty = Faulty()
        server = grpc.server(ThreadPoolExecutor(4))
        evaluation_grpc.add_EvaluationServiceServicer_to_server(self.faulty, server)
        challenge_grpc.add_ChallengeServiceServicer_to_server(self.faulty, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        self.addCleanup(lambda: server.stop(None).wait())
        self.addCleanup(self.faulty.released.set)
        self.client = rupt.connect(f"127.0.0.1:{port}", "secret", plaintext=True)
        self.addCleanup(self.client.close)

    def evaluate(self, **options: object) -> evaluation.EvaluateResponse:
        return self.client.evaluations.Evaluate(evaluation.EvaluateRequest(action="login", user="u"), **options)

    def test_an_evaluation_is_repeated_under_one_idempotency_key(self) -> None:
        self.faulty.failures = 2
        self.assertEqual(self.evaluate().verdict, risk.VERDICT_ALLOW)
        self.assertEqual(len(self.faulty.calls), 3)
        self.assertEqual(len({call["idempotency-key"] for call in self.faulty.calls}), 1)

    def test_two_evaluations_have_two_keys_and_a_given_one_is_kept(self) -> None:
        self.evaluate()
        self.evaluate()
        self.evaluate(metadata=[("idempotency-key", "mine")])
        keys = [call["idempotency-key"] for call in self.faulty.calls]
        self.assertNotEqual(keys[0], keys[1])
        self.assertEqual(keys[2], "mine")

    def test_the_fourth_failure_is_the_callers(self) -> None:
        self.faulty.failures = 9
        with self.assertRaises(grpc.RpcError) as raised:
            self.evaluate()
        self.assertEqual(raised.exception.code(), grpc.StatusCode.UNAVAILABLE)
        self.assertEqual(len(self.faulty.calls), 4)

    def test_a_code_is_never_sent_twice_unasked(self) -> None:
        self.faulty.failures = 1
        with self.assertRaises(grpc.RpcError):
            self.client.challenges.SendChallenge(challenge.SendChallengeRequest(challenge_id=ID))
        self.assertEqual(len(self.faulty.calls), 1)

    def test_a_call_has_a_deadline_even_if_none_is_given(self) -> None:
        self.evaluate()
        self.client.challenges.SendChallenge(challenge.SendChallengeRequest(challenge_id=ID))
        evaluating, sending = self.faulty.remaining
        self.assertTrue(0 < evaluating < 6 < sending < 16, self.faulty.remaining)

    def test_a_deadline_ends_the_wait(self) -> None:
        self.faulty.hang = True
        with self.assertRaises(grpc.RpcError) as raised:
            self.evaluate(timeout=0.2)
        self.assertEqual(raised.exception.code(), grpc.StatusCode.DEADLINE_EXCEEDED)


if __name__ == "__main__":
    unittest.main()
