"""A training function for the callback of PyTorch Lightning; other processes import it. It learns y = 3 x."""

import lightning
import torch

import luthier
import luthier.callbacks

EPOCHS = 6


class Line(lightning.LightningModule):
    def __init__(self, rate):
        super().__init__()
        self.rate = rate
        self.layer = torch.nn.Linear(1, 1)

    def training_step(self, batch, _):
        return torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1])

    def validation_step(self, batch, _):
        self.log("val_loss", torch.nn.functional.mse_loss(self.layer(batch[0]), batch[1]))

    def configure_optimizers(self):
        return torch.optim.SGD(self.parameters(), self.rate)


def train(config):
    torch.manual_seed(0)
    x = torch.linspace(-1, 1, 64).reshape(-1, 1)
    loader = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(x, 3 * x), batch_size=16)
    callback = luthier.callbacks.lightning({"loss": "val_loss"})
    trainer = lightning.Trainer(max_epochs=EPOCHS, callbacks=[callback], logger=False, accelerator="cpu",
                                enable_checkpointing=False, enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(Line(config["lr"]), loader, loader, ckpt_path=callback.restored)
    print("epochs", trainer.current_epoch, "resumed", callback.restored is not None)
