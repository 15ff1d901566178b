defmodule Demo.Account do
  use Ecto.Schema
  import Ecto.Changeset

  @plans ~w(Free Team School)
  @required ~w(name email password again birthday plan agree)a
  @optional ~w(call seats phone about news)a

  @primary_key false
  embedded_schema do
    field :name, :string
    field :email, :string
    field :password, :string, redact: true
    field :again, :string, redact: true
    field :birthday, :date
    field :call, :string, default: "09:00"
    field :seats, :integer, default: 1
    field :phone, :string, default: ""
    field :plan, :string
    field :about, :string, default: ""
    field :news, :boolean, default: false
    field :agree, :boolean, default: false
  end

  def plans, do: @plans

  def changeset(account, params) do
    account
    |> cast(params, @required ++ @optional)
    |> validate_required(@required)
    |> validate_length(:name, min: 3, max: 20)
    |> validate_format(:name, ~r/^[a-z]+$/)
    |> validate_change(:name, fn :name, name ->
      if Demo.Accounts.taken?(name), do: [name: "This name is taken"], else: []
    end)
    |> validate_format(:email, ~r/^\S+@\S+$/)
    |> validate_length(:password, min: 8)
    |> validate_length(:again, min: 8)
    |> validate_again()
    |> validate_format(:call, ~r/^([01]\d|2[0-3]):[0-5]\d$/)
    |> validate_number(:seats, greater_than: 0, less_than_or_equal_to: 50)
    |> validate_format(:phone, ~r/^[+0-9 ]*$/)
    |> validate_inclusion(:plan, @plans)
    |> validate_length(:about, max: 200)
    |> validate_acceptance(:agree, message: "Please agree to the terms")
  end

  defp validate_again(changeset) do
    again = get_field(changeset, :again)

    if again && again != get_field(changeset, :password),
      do: add_error(changeset, :again, "The passwords differ"),
      else: changeset
  end
end

defmodule DemoWeb.SignUpLive do
  use DemoWeb, :live_view
  alias Demo.Account

  def mount(_params, _session, socket) do
    {:ok, assign_form(socket, Account.changeset(%Account{}, %{}))}
  end

  def handle_event("validate", %{"account" => params}, socket) do
    changeset = Account.changeset(%Account{}, params)
    {:noreply, assign_form(socket, Map.put(changeset, :action, :validate))}
  end

  def handle_event("save", %{"account" => params}, socket) do
    case %Account{} |> Account.changeset(params) |> Demo.Accounts.create() do
      {:ok, %{name: name}} ->
        socket = put_flash(socket, :info, "Welcome, #{name}")
        {:noreply, push_navigate(socket, to: ~p"/sign-up")}

      {:error, changeset} ->
        {:noreply, assign_form(socket, changeset)}
    end
  end

  defp assign_form(socket, changeset), do: assign(socket, form: to_form(changeset, as: "account"))

  def render(assigns) do
    ~H"""
    <Layouts.app flash={@flash}>
      <.form for={@form} phx-change="validate" phx-submit="save">
        <.input field={@form[:name]} label="User name" required minlength="3" maxlength="20" phx-debounce="300" />
        <.input field={@form[:email]} label="E-mail" type="email" required phx-debounce="300" />
        <.input field={@form[:password]} label="Password" type="password" required minlength="8" />
        <.input field={@form[:again]} label="Password again" type="password" required minlength="8" />
        <.input field={@form[:birthday]} label="Birthday" type="date" required />
        <.input field={@form[:call]} label="Best time to call" phx-debounce="300" />
        <.input field={@form[:seats]} label="Seats" type="number" min="1" max="50" />
        <.input field={@form[:phone]} label="Phone (optional)" phx-debounce="300" />
        <.input field={@form[:plan]} label="Plan" type="select" prompt="" options={Account.plans()} required />
        <.input field={@form[:about]} label="About you" type="textarea" maxlength="200" />
        <.input field={@form[:news]} label="Send me news" type="checkbox" />
        <.input field={@form[:agree]} label="I agree to the terms" type="checkbox" required />
        <.button>Create account</.button>
      </.form>
    </Layouts.app>
    """
  end
end
