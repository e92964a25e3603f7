"""One login: evaluate, and where the verdict asks for it send → verify → complete. `python examples/login.py USER FINGERPRINT IP EMAIL`"""

import os
import sys
from pathlib import Path

import grpc

import rupt
from rupt.v2 import challenge_service_pb2 as challenge
from rupt.v2 import evaluation_service_pb2 as evaluation
from rupt.v2 import risk_pb2 as risk


def login(client: rupt.Client, user: str, fingerprint: str, ip: str, email: str) -> bool:
    """Whether the user may come in."""
    request = evaluation.EvaluateRequest(action="login", user=user, fingerprint=[fingerprint], ip=ip, email=email)
    answer = client.evaluations.Evaluate(request, timeout=2)
    print(risk.Verdict.Name(answer.verdict), [risk.Reason.Name(reason) for reason in answer.reasons])
    if not answer.HasField("challenge_id"):
        return answer.verdict == risk.VERDICT_ALLOW

    challenge_id = answer.challenge_id
    sent = client.challenges.SendChallenge(challenge.SendChallengeRequest(challenge_id=challenge_id))
    code = input(f"Code sent to {sent.destination}: ").strip()
    if not client.challenges.VerifyChallenge(challenge.VerifyChallengeRequest(challenge_id=challenge_id, code=code)).success:
        return False
    return client.challenges.CompleteChallenge(challenge.CompleteChallengeRequest(challenge_id=challenge_id)).success


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    ca = os.environ.get("RUPT_CA")
    tls = {"ca": Path(ca).read_bytes()} if ca else {"plaintext": True}
    with rupt.connect(os.environ.get("RUPT_TARGET", "localhost:50051"), os.environ["RUPT_SECRET"], **tls) as rupt_client:
        try:
            print("in" if login(rupt_client, *sys.argv[1:5]) else "out")
        except grpc.RpcError as error:
            info = rupt.error_info(error)
            sys.exit(f"{error.code().name}: {info.reason or error.details()} {dict(info.metadata)}")
