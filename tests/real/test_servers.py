"""The servers themselves, with Python's smtplib as the client: a server that lies would make every other test lie."""

import smtplib
import socket
import ssl
import unittest

from servers import HOST, AiosmtpdServer, SlowOrSilentServer, SmtpSink

MAIL = "From: a@example.com\r\nTo: b@example.com\r\nSubject: hello\r\n\r\n.one dot\r\nend\r\n".encode()


def send(client, to="b@example.com"):
    return client.sendmail("a@example.com", [to], MAIL)


def connect(server):
    return smtplib.SMTP(HOST, server.port, timeout=20)


class Aiosmtpd(unittest.TestCase):
    def test_it_keeps_envelope_and_content(self):
        with AiosmtpdServer() as server, connect(server) as client:
            send(client)
            (mail,) = server.wait_for(1)
        self.assertEqual((mail.sender, mail.recipients), ("a@example.com", ("b@example.com",)))
        self.assertEqual(mail.content, MAIL)
        self.assertEqual((mail.tls, mail.user), ("", ""))

    def test_it_tells_mails_apart_by_recipient(self):
        with AiosmtpdServer() as server, connect(server) as client:
            send(client, "b@example.com")
            send(client, "c@example.com")
            self.assertEqual(len(server.wait_for(2)), 2)
            self.assertEqual(len(server.mails("c@example.com")), 1)
            with self.assertRaisesRegex(AssertionError, "did not come"):
                server.wait_for(2, to="c@example.com", seconds=0.05)

    def test_starttls_is_required_and_trusted_by_its_own_authority_only(self):
        with AiosmtpdServer(security="starttls", login=("notices", "secret")) as server:
            with connect(server) as client:
                client.ehlo()
                self.assertEqual(client.mail("a@example.com")[0], 530)
            with connect(server) as client, self.assertRaises(ssl.SSLCertVerificationError):
                client.starttls(context=ssl.create_default_context())
            with connect(server) as client:
                client.starttls(context=ssl.create_default_context(cafile=server.ca_file))
                with self.assertRaises(smtplib.SMTPAuthenticationError):
                    client.login("notices", "wrong")
            with connect(server) as client:
                client.starttls(context=ssl.create_default_context(cafile=server.ca_file))
                client.ehlo()
                self.assertEqual(client.mail("a@example.com")[0], 530)
                client.login("notices", "secret")
                send(client)
            (mail,) = server.wait_for(1)
        self.assertEqual(mail.user, "notices")
        self.assertRegex(mail.tls, "^TLSv1")

    def test_tls_begins_with_the_first_byte(self):
        with AiosmtpdServer(security="tls", login=("notices", "secret")) as server:
            context = ssl.create_default_context(cafile=server.ca_file)
            with smtplib.SMTP_SSL(HOST, server.port, context=context, timeout=20) as client:
                client.login("notices", "secret")
                send(client)
            (mail,) = server.wait_for(1)
        self.assertRegex(mail.tls, "^TLSv1")
        self.assertEqual(mail.user, "notices")

    def test_smtputf8_is_offered_or_not(self):
        for offered in (True, False):
            with self.subTest(offered=offered), AiosmtpdServer(smtputf8=offered) as server:
                with connect(server) as client:
                    client.ehlo()
                    self.assertEqual(client.has_extn("SMTPUTF8"), offered)

    def test_a_refused_recipient_gets_the_reply(self):
        with AiosmtpdServer(refuse={"b@example.com": "550 5.1.1 unknown"}) as server, connect(server) as client:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                send(client)
        self.assertEqual(refused.exception.recipients["b@example.com"], (550, b"5.1.1 unknown"))

    def test_a_held_mail_has_arrived_but_has_no_reply(self):
        with AiosmtpdServer() as server, connect(server) as client:
            server.hold()
            client.ehlo()
            client.mail("a@example.com")
            client.rcpt("b@example.com")
            client.putcmd("data")
            self.assertEqual(client.getreply()[0], 354)
            client.send(MAIL.replace(b"\r\n.", b"\r\n..") + b".\r\n")
            server.wait_for(1)
            client.sock.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                client.sock.recv(1)
            client.sock.settimeout(20)
            server.release()
            self.assertRegex(client.sock.recv(100), b"^250 ")


class Sink(unittest.TestCase):
    def test_it_keeps_envelope_and_content(self):
        with SmtpSink() as sink, connect(sink) as client:
            send(client)
            send(client, "c@example.com")
            arrived = sink.wait_for(2)
        self.assertEqual(sorted(mail.recipients for mail in arrived), [("b@example.com",), ("c@example.com",)])
        for mail in arrived:
            self.assertEqual((mail.sender, mail.content), ("a@example.com", MAIL))

    def test_it_refuses_for_good_with_words_of_our_own(self):
        with SmtpSink("-f", "RCPT", "-B", "550 5.1.1 no such user") as sink, connect(sink) as client:
            with self.assertRaises(smtplib.SMTPRecipientsRefused) as refused:
                send(client)
        self.assertEqual(refused.exception.recipients["b@example.com"], (550, b"5.1.1 no such user"))

    def test_it_refuses_for_now(self):
        with SmtpSink("-r", ".") as sink, connect(sink) as client:
            with self.assertRaises(smtplib.SMTPDataError) as refused:
                send(client)
        self.assertEqual(refused.exception.smtp_code, 450)

    def test_it_hangs_up_at_the_dot(self):
        with SmtpSink("-q", ".") as sink, connect(sink) as client:
            with self.assertRaises(smtplib.SMTPServerDisconnected):
                send(client)

    def test_it_delays_the_reply_to_a_command(self):
        with SmtpSink("-W", "RCPT:1") as sink, connect(sink) as client:
            client.ehlo()
            client.mail("a@example.com")
            client.putcmd("rcpt", "TO:<b@example.com>")
            client.sock.settimeout(0.05)
            with self.assertRaises(TimeoutError):
                client.sock.recv(1)
            client.sock.settimeout(20)
            self.assertRegex(client.sock.recv(100), b"^250 ")


class SlowOrSilent(unittest.TestCase):
    def test_a_late_reply_comes(self):
        with SlowOrSilentServer("MAIL", seconds=0.1) as server, connect(server) as client:
            self.assertEqual(send(client), {})
            self.assertTrue(server.reached.is_set())

    def test_it_speaks_up_to_the_step_and_then_never_again(self):
        for step in ("CONNECT", "EHLO", "MAIL", "RCPT", "DATA", "."):
            with self.subTest(step=step), SlowOrSilentServer(step) as server:
                with socket.create_connection((HOST, server.port), timeout=20) as client:
                    client.sendall(
                        b"EHLO me\r\nMAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.com>\r\nDATA\r\nhello\r\n.\r\n"
                    )
                    self.assertTrue(server.reached.wait(20))
                    client.settimeout(0.05)
                    said = b""
                    with self.assertRaises(TimeoutError):
                        while True:
                            said += client.recv(1000)
                    self.assertEqual(said.startswith(b"220 "), step != "CONNECT")
                    self.assertEqual(b"354 " in said, step == ".")


if __name__ == "__main__":
    unittest.main()
