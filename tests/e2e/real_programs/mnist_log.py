"""Prints what PyTorch's MNIST example prints, with numbers of its own."""

import argparse
import time

parser = argparse.ArgumentParser()
parser.add_argument("--lr", type=float, default=1.0)
parser.add_argument("--epochs", type=int, default=9)
args = parser.parse_args()

for epoch in range(1, args.epochs + 1):
    loss = 2.3 / epoch + (args.lr - 0.7) ** 2
    for batch in range(0, 938, 100):
        print("Train Epoch: {} [{}/{} ({:.0f}%)]\tLoss: {:.6f}".format(
            epoch, batch * 64, 60000, 100.0 * batch / 938, loss + 0.01 * (batch % 3)))
        time.sleep(0.01)
    correct = int(10000 * (1 - 0.1 * loss))
    print("\nTest set: Average loss: {:.4f}, Accuracy: {}/{} ({:.0f}%)\n".format(
        loss / 4, correct, 10000, correct / 100))
